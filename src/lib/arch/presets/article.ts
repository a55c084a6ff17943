/** @file Step 1, spec: what the presets of the five articles share. */
import { m } from '$paraglide/messages';
import type { Architecture, BneckRow, Row } from '../architecture';
import type { Preset, Published, Words } from './preset';

/** PyTorch's own batch norm, which every article leaves as it is, and its symmetric padding. */
export const pytorch = { padding: 'symmetric', norm: { epsilon: 1e-5, momentum: 0.9 }, convBias: false } as const;

/** The articles by number; their texts came without an address. */
const citations = {
  '000': m.article_000,
  '001': m.article_001,
  '002': m.article_002,
  '003': m.article_003,
  '004': m.article_004
} as const;

export type ArticleNumber = keyof typeof citations;

/** One network of an article, as printed and repaired. */
export interface Pair {
  /** What follows 'article-00n': '-large', or nothing. */
  readonly suffix: string;
  readonly printed: Architecture;
  readonly repaired: Architecture;
  readonly reference: string;
  readonly published?: Published;
  readonly notes?: readonly Words[];
  readonly repairedNotes?: readonly Words[];
}

/** The two presets of a pair: 'article-001-large' and 'article-001-large-repaired'. */
export function articlePair(number: ArticleNumber, pair: Pair): readonly Preset[] {
  const { suffix, printed, repaired, reference, published = null, notes = [], repairedNotes = [] } = pair;
  const id = `article-${number}${suffix}`;
  const source = { citation: citations[number], url: null };
  const common = { group: 'article', source, reference } as const;
  return [
    { ...common, id, arch: printed, published, repairs: null, notes },
    { ...common, id: `${id}-repaired`, arch: repaired, published: null, repairs: id, notes: repairedNotes }
  ];
}

/** The table with every bneck changed. */
export const withBnecks = (arch: Architecture, change: (row: BneckRow) => BneckRow): Architecture => ({
  ...arch,
  rows: arch.rows.map((row): Row => (row.kind === 'bneck' ? change(row) : row))
});

/** The paper's table in an article's frame: its name, PyTorch's constants and the dropout of its classifier. */
export const framed = (arch: Architecture, name: string, dropout: number): Architecture => ({
  ...arch,
  ...pytorch,
  name,
  head: arch.head.kind === 'classifier' ? { ...arch.head, dropout } : arch.head
});

/** A single block of article 000. */
export function block(id: string, arch: Architecture, notes: readonly Words[] = []): Preset {
  const repairs = id.endsWith('-repaired') ? id.slice(0, -'-repaired'.length) : null;
  const source = { citation: citations['000'], url: null };
  return { id, arch, group: 'block', source, published: null, reference: null, repairs, notes };
}

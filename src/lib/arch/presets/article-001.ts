/** @file Step 1, spec: MobileNetV3-Large and -Small of article 001, as printed and repaired. */
import { m } from '$paraglide/messages';
import type { Architecture, BneckRow } from '../architecture';
import { articlePair, framed, withBnecks } from './article';
import { mobileNetV3Large, mobileNetV3Small } from './mobilenet-v3';
import type { Preset } from './preset';

/** Drops 0.05 % where the paper drops 20 %. */
const dropout = 0.0005;

/** Always expands, gates with h-swish inside and exp // 4 unrounded, and returns without adding the identity. */
const printedRow = (row: BneckRow): BneckRow => ({
  ...row,
  expand: 'always',
  shortcut: 'none',
  se: row.se && { ...row.se, channels: Math.floor(row.expSize / 4), nl: 'hardSwish' }
});

const printed = (arch: Architecture, name: string): Architecture => withBnecks(framed(arch, name, dropout), printedRow);

/** The code as its own comment means it, the identity added; what merely differs from the paper stays. */
const repaired = (arch: Architecture, name: string): Architecture =>
  withBnecks(printed(arch, name), (row) => ({ ...row, shortcut: 'identity' }));

export const article001: readonly Preset[] = [
  ...articlePair('001', {
    suffix: '-large',
    printed: printed(mobileNetV3Large, 'Article 001 Large'),
    repaired: repaired(mobileNetV3Large, 'Article 001 Large · repaired'),
    reference: 'v3-large',
    notes: [m.article_001_dropout],
    repairedNotes: [m.article_001_repaired]
  }),
  ...articlePair('001', {
    suffix: '-small',
    printed: printed(mobileNetV3Small, 'Article 001 Small'),
    repaired: repaired(mobileNetV3Small, 'Article 001 Small · repaired'),
    reference: 'v3-small',
    notes: [m.article_001_no_forward, m.article_001_dropout],
    repairedNotes: [m.article_001_repaired]
  })
];

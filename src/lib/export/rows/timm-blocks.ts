/** @file Step 8, export: one row as a block string of timm, without its repeats and stride. */
import type { BneckRow, NL, Row } from '$lib/arch/architecture';
import { unreachable } from '$lib/base/assert';
import { expansionOf, squeezeOf, type SqueezeRule } from '$lib/import/rows/timm-rounding';
import { expands } from '$lib/ops/lower-row';
import { m } from '$paraglide/messages';
import { shortest } from './listing';

/** The row's place in its network. */
export interface BlockPlace {
  /** Width the row reads. */
  readonly width: number;
  /** The network's own non-linearity, which needs no token. */
  readonly nl: NL;
  readonly squeeze: SqueezeRule;
}

/** What a field of a row is that no block string says. */
export interface Refused {
  readonly field: string;
  readonly message: string;
}

export type BlockWritten =
  | { readonly kind: 'ok'; readonly type: string; readonly tokens: string }
  | { readonly kind: 'bad'; readonly refused: readonly Refused[] };

const tokens: Readonly<Record<NL, string | null>> = {
  linear: null,
  relu: 'nre',
  relu6: 'nr6',
  hardSwish: 'nhs',
  swish: 'nsw',
  shiftedSwish: null
};

/** The token of a non-linearity: nothing for the network's own, null for one that timm's strings do not know. */
export function nonLinearityToken(nl: NL, own: NL): readonly string[] | null {
  if (nl === own) return [];
  const token = tokens[nl];
  return token === null ? null : [token];
}

/** The expansion ratio that timm takes to just this width; null where `make_divisible` never gives it. */
function expansionRatio(row: BneckRow, width: number): number | null {
  return shortest(row.expSize / width, (ratio) => ratio > 0 && expansionOf(width, ratio) === row.expSize);
}

/** The squeeze ratio that timm takes to just this width. */
export function squeezeRatio(row: BneckRow, expansion: number, rule: SqueezeRule): number | null {
  const channels = row.se?.channels ?? 0;
  const right = (ratio: number): boolean =>
    ratio > 0 && squeezeOf({ gated: row.expSize, expansion, ratio }, rule) === channels;
  const exact = (channels / row.expSize) * (rule.fromExpansion ? 1 : expansion);
  return right(0.25) ? 0.25 : shortest(exact, right);
}

/** What of a row's squeeze-and-excite timm's has not. */
function squeezeRefused({ se }: BneckRow): readonly Refused[] {
  if (!se) return [];
  if (se.place === 'afterProject') return [{ field: 'se.place', message: m.rows_squeeze_place() }];
  if (!se.bias || se.norm) return [{ field: 'se.norm', message: m.rows_squeeze_norm() }];
  return [];
}

/** The ratio of a row that expands; 1 for one that does not, null where timm cannot give its width. */
export function ratioOf(row: BneckRow, width: number): number | null {
  return expands(row, width) ? expansionRatio(row, width) : 1;
}

type Body =
  | { readonly kind: 'ok'; readonly type: string; readonly parts: readonly string[]; readonly tail?: readonly string[] }
  | { readonly kind: 'bad'; readonly refused: readonly Refused[] };

function bneckBody(row: BneckRow, { width, squeeze }: BlockPlace): Body {
  const refused = [...squeezeRefused(row)];
  const ratio = ratioOf(row, width);
  if (ratio === null) refused.push({ field: 'expSize', message: m.rows_exp_size({ width: row.expSize }) });
  const within = row.stride === 1;
  if (within && row.shortcut === 'conv' && row.out !== width) {
    refused.push({ field: 'shortcut', message: m.rows_conv_shortcut({ library: 'timm' }) });
  }
  const gated = row.se && ratio !== null ? squeezeRatio(row, ratio, squeeze) : 0;
  if (gated === null) {
    refused.push({ field: 'se.channels', message: m.rows_squeeze_width({ width: row.se?.channels ?? 0 }) });
  }
  if (refused.length > 0) return { kind: 'bad', refused };
  const parts = [`e${ratio}`, `c${row.out}`, ...(gated ? [`se${gated}`] : [])];
  const tail = within && row.shortcut === 'none' && row.out === width ? ['noskip'] : [];
  return { kind: 'ok', type: expands(row, width) ? 'ir' : 'ds', parts, tail };
}

function bodyOf(row: Row, place: BlockPlace): Body {
  if (row.kind === 'bneck') return bneckBody(row, place);
  if (row.kind === 'separable') {
    const plain: Refused = { field: 'between', message: m.rows_separable_plain() };
    if (row.between === 'plain') return { kind: 'bad', refused: [plain] };
    return { kind: 'ok', type: 'dsa', parts: [`c${row.out}`] };
  }
  if (row.kind === 'conv') return { kind: 'ok', type: 'cn', parts: [`c${row.out}`] };
  if (row.kind === 'depthwise' || row.kind === 'squeezeExcite') {
    return { kind: 'bad', refused: [{ field: 'kind', message: m.rows_row_alone() }] };
  }
  return unreachable(row);
}

/** The block of a row ('ir', 'e3_c40_se0.25_nre'), or every field that timm's strings cannot say. */
export function blockOf(row: Row, place: BlockPlace): BlockWritten {
  const body = bodyOf(row, place);
  const refused: Refused[] = body.kind === 'bad' ? [...body.refused] : [];
  if ('dilation' in row && row.dilation > 1) refused.push({ field: 'dilation', message: m.rows_dilation() });
  const token = 'nl' in row ? nonLinearityToken(row.nl, place.nl) : [];
  if (token === null && 'nl' in row) refused.push({ field: 'nl', message: m.rows_nl() });
  if (body.kind === 'bad' || token === null || refused.length > 0) return { kind: 'bad', refused };
  const { type, parts, tail = [] } = body;
  return { kind: 'ok', type, tokens: [...parts, ...token, ...tail].join('_') };
}

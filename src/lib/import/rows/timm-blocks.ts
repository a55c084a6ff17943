/** @file Import: one block string of timm ('ir_r3_k5_s2_e3_c40_se0.25_nre'), token by token. */
import type { Issue, Kernel, NL, Stride } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';

/** `ir` inverted residual, `ds` depthwise separable without an expansion, `dsa` V1's with a second activation, `cn` convolution. */
const types = ['ir', 'ds', 'dsa', 'cn'] as const;
export type BlockType = (typeof types)[number];

/** What a block string says; ratios are as written. */
export interface TimmBlock {
  readonly text: string;
  readonly type: BlockType;
  readonly repeats: number;
  readonly kernel: Kernel;
  readonly stride: Stride;
  readonly out: number;
  /** 1 where the block has no expansion. */
  readonly expansion: number;
  /** Of squeeze-and-excite; 0 for none. */
  readonly squeeze: number;
  /** Null: the network's own. */
  readonly nl: NL | null;
  readonly noskip: boolean;
  readonly skip: boolean;
}

/** Letters of one block string; timm's longest has 40. */
const maxBlockText = 120;

const nonLinearities: ReadonlyMap<string, NL> = new Map([
  ['nre', 'relu'],
  ['nr6', 'relu6'],
  ['nhs', 'hardSwish'],
  ['nsw', 'swish']
]);

const needed: Readonly<Record<BlockType, readonly string[]>> = {
  ir: ['r', 'k', 's', 'e', 'c'],
  ds: ['r', 'k', 's', 'c'],
  dsa: ['r', 'k', 's', 'c'],
  cn: ['r', 'k', 's', 'c']
};
const optional = new Set(['r', 'k', 's', 'e', 'c', 'se']);
/** Tokens whose everyday value changes nothing: space-to-depth, kernels of the 1x1s, experts, channels of a group. */
const harmless: ReadonlyMap<string, string> = new Map([
  ['d', '0'],
  ['a', '1'],
  ['p', '1'],
  ['cc', '0'],
  ['gs', '1']
]);

const isKernel = (value: number): value is Kernel => [1, 3, 5, 7].includes(value);
const isStride = (value: number): value is Stride => value === 1 || value === 2;
const isType = (text: string): text is BlockType => types.some((type) => type === text);

/** 'se0.25' is 'se' and '0.25': timm splits at the first digit. */
function split(token: string): readonly [key: string, value: string] {
  const at = token.search(/\d/);
  return at < 0 ? [token, ''] : [token.slice(0, at), token.slice(at)];
}

/** The tokens of a block by key; what is none becomes an issue. */
function numbersOf(tokens: readonly string[], refuse: (message: string) => void): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const token of tokens) {
    if (token === 'skip' || token === 'noskip' || nonLinearities.has(token)) continue;
    const [key, value] = split(token);
    const ratio = key === 'e' || key === 'se';
    if (harmless.has(key) && value !== '') {
      if (harmless.get(key) !== value) refuse(m.rows_token_unsaid({ token }));
    } else if (!optional.has(key) || !/^\d+(\.\d*)?$/.test(value)) refuse(m.rows_token_unknown({ token }));
    else if (!ratio && value.includes('.')) {
      refuse(key === 'k' ? m.rows_token_mixed({ token }) : m.rows_token_unknown({ token }));
    } else if (numbers.has(key)) refuse(m.rows_token_twice({ token }));
    else numbers.set(key, Number(value));
  }
  return numbers;
}

/** Reads a block string; every token that is not understood becomes an issue at the string, and the answer null. */
export function readBlock(text: string, issues: Issue[]): TimmBlock | null {
  const before = issues.length;
  const shown = text.length > maxBlockText ? `${text.slice(0, maxBlockText)}…` : text;
  const refuse = (message: string): void => void issues.push({ path: shown, message });
  if (text.length > maxBlockText) refuse(m.rows_block_long({ most: maxBlockText }));
  const [type = '', ...tokens] = text.slice(0, maxBlockText).split('_');
  if (!isType(type)) {
    refuse(m.rows_block_type({ type, types: types.join(', ') }));
    return null;
  }
  const numbers = numbersOf(tokens, refuse);
  const missing = needed[type].filter((key) => !numbers.has(key));
  if (issues.length === before && missing.length > 0) refuse(m.rows_token_missing({ tokens: missing.join(', ') }));
  const of = (key: string, absent: number): number => numbers.get(key) ?? absent;
  const kernel = of('k', 3);
  const stride = of('s', 1);
  const expansion = type === 'ir' ? of('e', 1) : 1;
  if (!isKernel(kernel)) refuse(m.rows_token_range({ token: `k${kernel}`, range: '1, 3, 5, 7' }));
  if (!isStride(stride)) refuse(m.rows_token_range({ token: `s${stride}`, range: '1, 2' }));
  if (of('r', 1) < 1) refuse(m.rows_token_range({ token: 'r0', range: '1…' }));
  if (expansion <= 0) refuse(m.rows_token_range({ token: 'e0', range: '> 0' }));
  if (issues.length > before || !isKernel(kernel) || !isStride(stride)) return null;
  return {
    text,
    type,
    repeats: of('r', 1),
    kernel,
    stride,
    out: of('c', 0),
    expansion,
    squeeze: type === 'cn' ? 0 : of('se', 0),
    nl: nonLinearities.get(tokens.findLast((token) => nonLinearities.has(token)) ?? '') ?? null,
    // As in timm, the last of the two words holds.
    noskip: tokens.findLast((token) => token === 'skip' || token === 'noskip') === 'noskip',
    skip: tokens.findLast((token) => token === 'skip' || token === 'noskip') === 'skip'
  };
}

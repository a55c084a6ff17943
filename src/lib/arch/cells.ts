/** @file Step 1, spec: the single cells of a table's part, each with its path and its field in words. */
import { m } from '$paraglide/messages';

/** Field names as people read them; what is not here is said as it is written. */
const words: Readonly<Record<string, () => string>> = {
  kind: m.arch_word_kind,
  kernel: m.arch_field_kernel,
  expSize: m.arch_field_exp_size,
  out: m.arch_field_out,
  se: m.arch_field_se,
  channels: m.arch_word_channels,
  nl: m.arch_field_nl,
  gate: m.arch_field_gate,
  bias: m.arch_field_bias,
  norm: m.arch_field_norm,
  place: m.arch_word_place,
  stride: m.arch_field_stride,
  dilation: m.arch_field_dilation,
  expand: m.arch_field_expand,
  shortcut: m.arch_field_shortcut,
  between: m.arch_field_between,
  multiplier: m.arch_field_multiplier,
  epsilon: m.arch_field_epsilon,
  momentum: m.arch_field_momentum,
  conv: m.arch_word_last_conv,
  hidden: m.arch_word_hidden,
  dropout: m.arch_field_dropout,
  logitsBias: m.arch_word_logits_bias,
  outIndices: m.arch_word_out_indices,
  filters: m.arch_field_filters,
  low: m.arch_word_low,
  tap: m.arch_word_tap,
  pool: m.arch_field_window,
  extras: m.arch_word_extras,
  stages: m.arch_word_stages,
  rule: m.arch_field_detection,
  input: m.arch_word_input,
  classes: m.arch_field_classes,
  padding: m.arch_field_padding,
  convBias: m.arch_word_conv_bias,
  scaling: m.arch_field_scaling,
  stem: m.arch_field_stem
};

const nothing = '–';

const wordOf = (key: string): string => words[key]?.() ?? key;

/** Fields that are a height and a width (and channels). */
const sizes = new Set(['input', 'kernel', 'stride']);

/** One value as text: 'relu', '24', '–', '224×224×3', '3, 6, 12'. */
function textOf(value: unknown, key = ''): string {
  if (value === null || value === undefined) return nothing;
  if (Array.isArray(value)) return value.map((item) => textOf(item)).join(sizes.has(key) ? '×' : ', ');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return nothing;
  return Object.entries(value)
    .map(([name, inner]) => `${wordOf(name)} ${textOf(inner, name)}`)
    .join(' ');
}

const isPart = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The words of nested keys: 'last convolution #out'. */
const fieldOf = (keys: readonly string[]): string => keys.map(wordOf).join(' ');

/** A cell that differs between two parts: its keys below the part ('se.channels'), its field and values in words. */
export interface CellDifference {
  readonly path: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** Two parts side by side: the cells that differ, in the order of the first, then what only the second has. */
export function differingCells(a: object, b: object, keys: readonly string[] = []): CellDifference[] {
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const [from, to] = [left.get(key), right.get(key)];
    const at = [...keys, key];
    if (isPart(from) && isPart(to)) return differingCells(from, to, at);
    const [before, after] = [textOf(from, key), textOf(to, key)];
    return before === after ? [] : [{ path: at.join('.'), field: fieldOf(at), from: before, to: after }];
  });
}

/** A whole part in a few words: 'kind bneck kernel 3 …'. */
export const describePart = (part: object): string => textOf(part);

/** How many cells a part has, counted as `differingCells` counts them. */
export function cellCount(part: object): number {
  return Object.values(part).reduce((sum: number, value) => sum + (isPart(value) ? cellCount(value) : 1), 0);
}

/** @file Step 8, export: the layer table as CSV, one line for each op, with the unit of every column in its name. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { costOf } from '$lib/cost/cost';
import { receptiveFields, type Axes } from '$lib/cost/receptive-field';
import { lower } from '$lib/ops/lower';
import { match, type Activation, type Op, type Pad, type Rules } from '$lib/ops/op';

type Cell = string | number | null;

/** What windows an op slides over its input; null where its kind has none. */
interface Windows {
  readonly kernel: Axes | null;
  readonly stride: Axes | null;
  readonly dilation: number | null;
  readonly pad: Pad | null;
  readonly nl: Activation | null;
}

const none: Windows = { kernel: null, stride: null, dilation: null, pad: null, nl: null };
const square = (size: number): Axes => [size, size];

const windows: Rules<Windows> = {
  conv: ({ kernel, stride, dilation, pad, nl }) => ({
    kernel: square(kernel),
    stride: square(stride),
    dilation,
    pad,
    nl
  }),
  depthwise: ({ kernel, stride, dilation, pad, nl }) => ({
    kernel: square(kernel),
    stride: square(stride),
    dilation,
    pad,
    nl
  }),
  transposedConv: ({ kernel, nl }) => ({ ...none, kernel: square(kernel), stride: square(kernel), nl }),
  dense: ({ nl }) => ({ ...none, nl }),
  pool: () => none,
  averagePool: ({ kernel, stride }) => ({ ...none, kernel, stride }),
  resize: () => none,
  multiply: () => none,
  add: () => none,
  concat: () => none
};

interface Line {
  readonly op: Op;
  readonly windows: Windows;
  readonly field: Axes | null;
}

const shape = (name: string, of: (op: Op) => Shape): readonly (readonly [string, (line: Line) => Cell])[] => [
  [`${name}_height_px`, ({ op }) => of(op)[0]],
  [`${name}_width_px`, ({ op }) => of(op)[1]],
  [`${name}_channels`, ({ op }) => of(op)[2]]
];

/** The columns in order: a name with its unit, and what a line says there. */
const columns: readonly (readonly [string, (line: Line) => Cell])[] = [
  ['id', ({ op }) => op.id],
  ['row', ({ op }) => op.column],
  ['kind', ({ op }) => op.kind],
  ['inputs', ({ op }) => op.inputs.map((id) => id || 'picture').join(' ')],
  ...shape('in', (op) => op.in),
  ...shape('out', (op) => op.out),
  ['kernel_height_px', ({ windows }) => windows.kernel?.[0] ?? null],
  ['kernel_width_px', ({ windows }) => windows.kernel?.[1] ?? null],
  ['stride_height_px', ({ windows }) => windows.stride?.[0] ?? null],
  ['stride_width_px', ({ windows }) => windows.stride?.[1] ?? null],
  ['dilation_px', ({ windows }) => windows.dilation],
  ['pad_top_px', ({ windows }) => windows.pad?.[0] ?? null],
  ['pad_bottom_px', ({ windows }) => windows.pad?.[1] ?? null],
  ['pad_left_px', ({ windows }) => windows.pad?.[2] ?? null],
  ['pad_right_px', ({ windows }) => windows.pad?.[3] ?? null],
  ['nl', ({ windows }) => windows.nl],
  ['params', ({ op }) => costOf(op).params],
  ['madds', ({ op }) => costOf(op).madds],
  ['activation_bytes', ({ op }) => costOf(op).activationBytes],
  ['receptive_field_height_px', ({ field }) => field?.[0] ?? null],
  ['receptive_field_width_px', ({ field }) => field?.[1] ?? null]
];

/**
 * A cell as RFC 4180 writes it. A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP,
 * "CSV Injection"); numbers stand as they are.
 */
export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The layer table of a valid architecture: a header, then one line for each op in execution order, CRLF at each end.
 * `row` is 0 for the stem, then the rows of the table, then the layers of the head. Counts are exact and for batch 1,
 * activations those of float32 outputs; an empty cell is what an op of this kind does not have.
 */
export function toCsv(arch: Architecture): string {
  const ops = lower(arch);
  const fields = receptiveFields(ops);
  const lines = ops.map((op) => {
    const line: Line = { op, windows: match(op, windows), field: fields.get(op.id)?.size ?? null };
    return columns.map(([, say]) => csvCell(say(line)));
  });
  return [columns.map(([name]) => name), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

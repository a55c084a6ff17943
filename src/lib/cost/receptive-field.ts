/** @file Step 3, cost: the part of the picture that each cell of a map looks at, by recurrence over the ops. */
import { match, type Op, type Rules } from '$lib/ops/op';

/** Vertical, then horizontal. */
export type Axes = readonly [vertical: number, horizontal: number];

/**
 * In pixels of the picture: cell i of the map sees `size` pixels centred on `start + i * jump` (a pixel's own centre is
 * its index). Cells near the border see padding, too; the field is not cut to the picture.
 */
export interface ReceptiveField {
  readonly size: Axes;
  readonly jump: Axes;
  readonly start: Axes;
}

interface Field {
  readonly size: number;
  readonly jump: number;
  readonly start: number;
}

type Step = (axis: 0 | 1, fields: readonly Field[]) => Field;

const picture: Field = { size: 1, jump: 1, start: 0 };
const first = (fields: readonly Field[]): Field => fields[0] ?? picture;

/** r += (k - 1) d j; start += ((k - 1) d / 2 - zeros before) j; j *= s. */
function windowed(field: Field, window: { reach: number; stride: number; before: number }): Field {
  const { size, jump, start } = field;
  const { reach, stride, before } = window;
  return { size: size + reach * jump, jump: jump * stride, start: start + (reach / 2 - before) * jump };
}

/** All that any input sees; on the grid of the one that sees most. */
function union(_: 0 | 1, fields: readonly Field[]): Field {
  const widest = fields.reduce((most, field) => (field.size > most.size ? field : most), first(fields));
  let low = Infinity;
  let high = -Infinity;
  for (const { size, start } of fields) {
    low = Math.min(low, start - (size - 1) / 2);
    high = Math.max(high, start + (size - 1) / 2);
  }
  return { size: high - low + 1, jump: widest.jump, start: (low + high) / 2 };
}

const rules: Rules<Step> = {
  conv: (op) => (axis, fields) =>
    windowed(first(fields), { reach: (op.kernel - 1) * op.dilation, stride: op.stride, before: op.pad[2 * axis] ?? 0 }),
  depthwise: (op) => (axis, fields) =>
    windowed(first(fields), { reach: (op.kernel - 1) * op.dilation, stride: op.stride, before: op.pad[2 * axis] ?? 0 }),
  // Without overlap each input cell becomes `kernel` cells that see the same; `start` is their mean.
  transposedConv: (op) => (_, fields) => {
    const { size, jump, start } = first(fields);
    return { size, jump: jump / op.kernel, start: start - ((op.kernel - 1) / 2) * (jump / op.kernel) };
  },
  dense: () => (_, fields) => first(fields),
  pool: (op) => (axis, fields) => windowed(first(fields), { reach: op.in[axis] - 1, stride: op.in[axis], before: 0 }),
  averagePool: (op) => (axis, fields) =>
    windowed(first(fields), { reach: op.kernel[axis] - 1, stride: op.stride[axis], before: 0 }),
  // Half-pixel centres; two taps on each axis that changes.
  resize: (op) => (axis, fields) => {
    const { size, jump, start } = first(fields);
    const ratio = op.in[axis] / op.out[axis];
    if (ratio === 1) return { size, jump, start };
    const taps = op.in[axis] > 1 ? jump : 0;
    return { size: size + taps, jump: jump * ratio, start: start + (ratio / 2 - 0.5) * jump };
  },
  // Gates see the whole map; by convention a field is what is scaled, not by how much.
  multiply: () => (_, fields) => first(fields),
  add: () => union,
  // Rows of several maps have no grid: the widest field of all.
  concat: () => union
};

/**
 * The field of each op's output by id, both axes, dilation included (arXiv 1603.07285 §2; Araujo et al., Distill 2019).
 * `ops` are in execution order; squeeze-and-excite is left out as is usual, since it sees everything.
 */
export function receptiveFields(ops: readonly Op[]): ReadonlyMap<string, ReceptiveField> {
  const known = new Map<string, readonly [Field, Field]>([['', [picture, picture]]]);
  const result = new Map<string, ReceptiveField>();
  for (const op of ops) {
    const step = match(op, rules);
    const inputs = op.inputs.map((id) => known.get(id) ?? ([picture, picture] as const));
    const vertical = step(
      0,
      inputs.map((pair) => pair[0])
    );
    const horizontal = step(
      1,
      inputs.map((pair) => pair[1])
    );
    known.set(op.id, [vertical, horizontal]);
    result.set(op.id, {
      size: [vertical.size, horizontal.size],
      jump: [vertical.jump, horizontal.jump],
      start: [vertical.start, horizontal.start]
    });
  }
  return result;
}

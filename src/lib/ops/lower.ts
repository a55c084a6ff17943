/** @file Step 2, shapes: turns a table into its flat list of ops, once; what a row contains is known here alone. */
import type { Architecture, BneckRow, HeadLayer, NL, SeparableRow, Shape } from '$lib/arch/architecture';
import { unreachable } from '$lib/base/assert';
import type { Op } from './op';
import { outSize, padding2d } from './shape';

/** Builds the list; `at` is the id and `shape` the map the next op reads. */
class Lowering {
  readonly ops: Op[] = [];
  at = '';
  shape: Shape;
  column = 0;

  constructor(private readonly arch: Architecture) {
    this.shape = arch.input;
  }

  private push(op: Op): void {
    this.ops.push(op);
    this.at = op.id;
    this.shape = op.out;
  }

  conv(id: string, kernel: number, stride: number, layer: HeadLayer): void {
    const { arch, shape, column } = this;
    const out: Shape = [outSize(shape[0], stride), outSize(shape[1], stride), layer.out];
    const pad = padding2d(shape, kernel, stride, arch.padding);
    const inputs = [this.at];
    this.push({ kind: 'conv', id, column, inputs, in: shape, out, kernel, stride, pad, norm: arch.norm, nl: layer.nl });
  }

  depthwise(id: string, kernel: number, stride: number, nl: NL): void {
    const { arch, shape, column } = this;
    const out: Shape = [outSize(shape[0], stride), outSize(shape[1], stride), shape[2]];
    const pad = padding2d(shape, kernel, stride, arch.padding);
    const inputs = [this.at];
    this.push({ kind: 'depthwise', id, column, inputs, in: shape, out, kernel, stride, pad, norm: arch.norm, nl });
  }

  pool(id: string): void {
    const { shape, column } = this;
    this.push({ kind: 'pool', id, column, inputs: [this.at], in: shape, out: [1, 1, shape[2]] });
  }

  dense(id: string, out: number, nl: NL | 'hardSigmoid'): void {
    const { shape, column } = this;
    this.push({ kind: 'dense', id, column, inputs: [this.at], in: shape, out: [1, 1, out], nl });
  }

  /** Pool, squeeze, excite and scale (MobileNetV3 §5.3). */
  squeezeExcite(id: string, channels: number): void {
    const from = this.at;
    const map = this.shape;
    this.pool(`${id}.pool`);
    this.dense(`${id}.squeeze`, channels, 'relu');
    this.dense(`${id}.excite`, map[2], 'hardSigmoid');
    const inputs = [from, this.at];
    this.push({ kind: 'multiply', id: `${id}.scale`, column: this.column, inputs, in: map, out: map });
  }

  /** Adds the map of an earlier op to the current one. */
  add(id: string, skip: string): void {
    const { shape, column } = this;
    this.push({ kind: 'add', id, column, inputs: [this.at, skip], in: shape, out: shape });
  }
}

function lowerBneck(list: Lowering, id: string, row: BneckRow): void {
  const from = list.at;
  const width = list.shape[2];
  // The first block of V2 and V3 expands by 1: the papers' code leaves that 1x1 convolution out.
  if (row.expSize !== width) list.conv(`${id}.expand`, 1, 1, { out: row.expSize, nl: row.nl });
  list.depthwise(`${id}.depthwise`, row.kernel, row.stride, row.nl);
  if (row.se) list.squeezeExcite(id, row.se.channels);
  list.conv(`${id}.project`, 1, 1, { out: row.out, nl: 'linear' });
  if (row.stride === 1 && width === row.out) list.add(`${id}.add`, from);
}

function lowerSeparable(list: Lowering, id: string, row: SeparableRow): void {
  list.depthwise(`${id}.depthwise`, row.kernel, row.stride, row.nl);
  list.conv(`${id}.pointwise`, 1, 1, { out: row.out, nl: row.nl });
}

/** The id of a row's ops: 'row01' for the first row, as the papers count. */
export function rowId(index: number): string {
  return `row${index < 9 ? '0' : ''}${index + 1}`;
}

/** Lowers a valid table to its ops in execution order, with shapes (NHWC without batch) and stable ids. */
export function lower(arch: Architecture): readonly Op[] {
  const list = new Lowering(arch);
  list.conv('stem', arch.stem.kernel, arch.stem.stride, arch.stem);
  for (const [index, row] of arch.rows.entries()) {
    list.column = index + 1;
    if (row.kind === 'bneck') lowerBneck(list, rowId(index), row);
    else if (row.kind === 'separable') lowerSeparable(list, rowId(index), row);
    else unreachable(row);
  }
  list.column += 1;
  const { conv, hidden } = arch.head;
  if (conv) {
    list.conv('head.conv', 1, 1, conv);
    list.column += 1;
  }
  list.pool('head.pool');
  list.column += 1;
  if (hidden) {
    list.dense('head.hidden', hidden.out, hidden.nl);
    list.column += 1;
  }
  list.dense('head.logits', arch.classes, 'linear');
  return list.ops;
}

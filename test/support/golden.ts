/** @file Golden numbers made by PyTorch: where they lie, their deterministic fill (generator h32v1) and their layouts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mix32 } from '../../src/lib/base/rng';
import { tensorsOf, type TensorSpec } from '../../src/lib/ops/tensors';
import type { Op } from '../../src/lib/ops/op';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';
import type { GoldenSpec } from './golden-networks';

const FOLDER = join(process.cwd(), '../shared/golden');

/** Rows of `tensors` in a golden file: name, PyTorch shape, stream, offset, bound, sum, first three values. */
export type GoldenTensorRow = readonly [string, readonly number[], number, number, number, number, readonly number[]];

/** Statistics of one operator's output over the batch: mean, population deviation, largest absolute value, first values. */
export type GoldenStats = readonly [mean: number, std: number, absmax: number, first: readonly number[]];

/** One pass under one padding; `samples` is every `every`-th number of an output too big to list. */
export interface GoldenPass {
  readonly output: {
    readonly shape: readonly number[];
    readonly values?: readonly number[];
    readonly samples?: readonly number[];
    readonly every?: number;
  };
  readonly stats: readonly GoldenStats[];
}

/** What a filled network is made of. */
export interface GoldenFill {
  readonly seed: number;
  readonly input: {
    readonly shape: readonly [number, number, number, number];
    readonly stream: number;
    readonly offset: number;
    readonly bound: number;
  };
  readonly tensors: readonly GoldenTensorRow[];
}

/** A file of golden/forward: an eval-mode pass of one network under both paddings (one, where it has no padding). */
export interface ForwardGolden extends GoldenFill {
  readonly id: string;
  readonly spec: GoldenSpec;
  readonly params: number;
  readonly ops: readonly (readonly [name: string, type: string, cfg: string, shape: readonly number[]])[];
  readonly torch: GoldenPass;
  readonly tfsame?: GoldenPass;
}

/** A folder or file of the goldens; undefined where the golden data is not there. */
export function goldenPath(name: string): string | undefined {
  const path = join(FOLDER, name);
  return existsSync(path) ? path : undefined;
}

/** Reads a golden file; undefined where the golden data is not there, which the caller reports as skipped. */
export function readGolden<T>(path: string): T | undefined {
  const file = join(FOLDER, path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

/** Fills `size` numbers: offset + bound (u / 2^23 - 1) with u of 24 hashed bits. */
export function fill(seed: number, stream: number, at: { size: number; offset: number; bound: number }): Float32Array {
  const key = mix32((mix32(seed >>> 0) + Math.imul(stream, 0x9e3779b9)) >>> 0);
  const out = new Float32Array(at.size);
  for (let i = 0; i < at.size; i++) out[i] = at.offset + at.bound * ((mix32(key ^ mix32(i)) >>> 8) / 8388608 - 1);
  return out;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Moves axes: `order[i]` is the source axis of target axis i. */
export function transpose(data: Float32Array, shape: readonly number[], order: readonly number[]): Tensor {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const target = order.map((axis) => shape[axis] ?? 1);
  const out = new Float32Array(data.length);
  const index = target.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    for (let axis = 0; axis < order.length; axis++) from += (index[axis] ?? 0) * (strides[order[axis] ?? 0] ?? 0);
    out[i] = data[from] ?? 0;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (target[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return { shape: target, data: out };
}

/**
 * PyTorch layout to ours: OIHW to HWIO, depthwise [C m, 1, k, k] to [k, k, C, m], linear and 1x1 SE [out, in] to [in, out].
 */
function toOurs(op: Op, data: Float32Array, shape: readonly number[]): Tensor {
  if (shape.length === 1) return { shape, data };
  if (op.kind === 'dense') return transpose(data, shape.slice(0, 2), [1, 0]);
  if (op.kind !== 'depthwise') return transpose(data, shape, [2, 3, 1, 0]);
  return { shape: [op.kernel, op.kernel, op.in[2], op.multiplier], data: transpose(data, shape, [2, 3, 0, 1]).data };
}

/** Our layout back to PyTorch's flat order. */
export function toTheirs(op: Op, { role, shape }: TensorSpec, data: Float32Array): Float32Array {
  if (role !== 'weight') return data;
  if (shape.length === 2) return transpose(data, shape, [1, 0]).data;
  return transpose(data, shape, op.kind === 'depthwise' ? [2, 3, 0, 1] : [3, 2, 0, 1]).data;
}

/** Walks our tensors and the golden rows side by side; both are in execution order. */
export function goldenTensors(ops: readonly Op[], golden: Pick<GoldenFill, 'seed' | 'tensors'>): Tensors {
  const tensors: Record<string, Tensor> = {};
  let next = 0;
  for (const op of ops) {
    for (const spec of tensorsOf(op)) {
      const row = golden.tensors[next++];
      if (!row) throw new Error(`golden tensors: none left for ${spec.name}`);
      const [name, shape, stream, offset, bound] = row;
      const ours = toOurs(op, fill(golden.seed, stream, { size: sizeOf(shape), offset, bound }), shape);
      if (ours.shape.join() !== spec.shape.join()) {
        throw new Error(`golden tensor ${name}: must have our shape ${spec.shape.join()}, got ${ours.shape.join()}`);
      }
      tensors[spec.name] = ours;
    }
  }
  if (next !== golden.tensors.length) throw new Error(`golden tensors: ${golden.tensors.length - next} left over`);
  return tensors;
}

/** The golden input pictures in NHWC. */
export function goldenInput({ seed, input }: GoldenFill): Float32Array {
  const { shape, stream, offset, bound } = input;
  return transpose(fill(seed, stream, { size: sizeOf(shape), offset, bound }), shape, [0, 2, 3, 1]).data;
}

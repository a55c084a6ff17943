/** @file SIMD engine: what a layer is, and what it may use to become one. */
import type { ConvOp, DepthwiseOp } from '$lib/ops/op';
import type { Arena, Scratch } from '../arena';
import type { Geometry, Kernels } from '../kernels';
import type { Parameters } from '../parameters';

/** Where to put the gradient of an input: a byte offset, added to what is there or overwriting it. */
export interface Into {
  readonly pointer: number;
  readonly add: boolean;
}

/** One op in memory: kernel calls over the first `count` pictures. */
export interface Layer {
  /** Byte offset of the output, NHWC. */
  readonly output: number;
  /** Training mode normalises by the batch and moves the running statistics. */
  forward(count: number, training: boolean): void;
  /** From the gradient dy of the output, which it may destroy: gradients of the tensors and of each input. */
  backward(count: number, dy: number, into: readonly (Into | null)[]): void;
}

/** What layers are built from; `inputs` are the outputs of the ops read. */
export interface Ground {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly parameters: Parameters;
  readonly maxBatch: number;
  readonly inputs: readonly number[];
  /** For packed weights. */
  readonly packed: Scratch;
}

/** Floats of a packed [K, N] matrix or its transpose. */
export const packedSize = (k: number, n: number): number =>
  Math.max(Math.ceil(n / 8) * 8 * k, Math.ceil(k / 8) * 8 * n);

/** The pointer of an input; layers are built in execution order, so it is there. */
export function inputOf(ground: Ground, index: number): number {
  const pointer = ground.inputs[index];
  if (pointer === undefined) throw new Error(`layer: input ${index} must exist, it does not`);
  return pointer;
}

/** A windowed op as the kernels take it; depthwise kernels read as many channels as they write. */
export function geometryOf(op: ConvOp | DepthwiseOp, channels: number): Geometry {
  const [top, , left] = op.pad;
  return [op.in[0], op.in[1], channels, op.kernel, op.stride, top, left, op.out[0], op.out[1], op.dilation];
}

/** @file SIMD engine: what a layer is, and what it may use to become one. */
import type { Shape } from '$lib/arch/architecture';
import type { ConvOp } from '$lib/ops/op';
import type { OpRounding } from '$lib/task/rounding';
import type { Arena, Scratch } from '../arena';
import type { Geometry, Kernels } from '../kernels';
import type { Parameters } from '../parameters';

/** Pictures of a batch: the first one and how many. */
export type Visit = (from: number, count: number) => void;

/** Where to put the gradient of an input: a byte offset, added to what is there or overwriting it. */
export interface Into {
  readonly pointer: number;
  readonly add: boolean;
  /** To be told, picture by picture in order, when nobody else will add to it; may be left untold. */
  readonly arrive?: Visit | undefined;
  /** Whether being told leaves the gradient as it is. */
  readonly intact?: boolean;
}

/** The scratch blocks: what is read, a second input or the gradient at hand, patches and copies, and one for `arrive`. */
export type Slot = 0 | 1 | 2 | 3;

/** A map inside zeros: byte offset of its first pixel, floats from line to line and from picture to picture. */
export interface Frame {
  readonly pointer: number;
  readonly line: number;
  readonly picture: number;
}

/**
 * The output of an op as later ops read it. Norm and activation are not kept: they are computed where a few pictures
 * are about to be used, while they fit in the near caches, which is cheaper than writing and reading a whole map.
 */
export interface Output {
  readonly shape: Shape;
  /** Byte offset of some pictures, NHWC; valid until the slot is read into again. */
  read(from: number, count: number, slot: Slot): number;
  /** Puts some pictures into a frame, the first one first. */
  lay(from: number, count: number, frame: Frame): void;
}

/** One op in memory: kernel calls over the first `count` pictures. */
export interface Layer {
  readonly output: Output;
  /** Training mode normalises by the batch and moves the running statistics. */
  forward(count: number, training: boolean): void;
  /** From the gradient dy of the output, which it may destroy: gradients of the tensors and of each input. */
  backward(count: number, dy: number, into: readonly (Into | null)[]): void;
  /** Some pictures of dy are complete and still in the near caches: what can be done about them before `backward`. */
  arrive?(from: number, count: number, dy: number, into: readonly (Into | null)[]): void;
  /** Whether `arrive` leaves dy as it is. */
  readonly intact?: boolean;
}

/** What layers are built from; `inputs` are the outputs of the ops read. */
export interface Ground {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly parameters: Parameters;
  readonly maxBatch: number;
  readonly inputs: readonly Output[];
  /** What is rounded of the op as 8-bit kernels do; null: nothing. */
  readonly rounding: OpRounding | null;
  /** For packed weights. */
  readonly packed: Scratch;
  readonly slots: readonly [Scratch, Scratch, Scratch, Scratch];
}

/** Floats of the largest map handled at once, so that it and its companions stay in the second-level cache. */
const CHUNK = 49_152;

/** Floats of a shape. */
export const sizeOf = (shape: Shape): number => shape[0] * shape[1] * shape[2];

/** Pictures handled at once where each takes so many floats; at least one. */
export const chunkOf = (floats: number): number => Math.max(1, Math.floor(CHUNK / floats));

/** Visits pictures in chunks. */
export function overChunks(count: number, chunk: number, visit: Visit, first = 0): void {
  for (let from = first; from < count; from += chunk) visit(from, Math.min(chunk, count - from));
}

/** Floats of a packed [K, N] matrix or its transpose. */
export const packedSize = (k: number, n: number): number =>
  Math.max(Math.ceil(n / 8) * 8 * k, Math.ceil(k / 8) * 8 * n);

/** The output of an input; layers are built in execution order, so it is there. */
export function inputOf(ground: Ground, index: number): Output {
  const output = ground.inputs[index];
  if (output === undefined) throw new Error(`layer: input ${index} must exist, it does not`);
  return output;
}

/** Copies maps that lie in memory into a frame. */
export function layMap(kernels: Kernels, pointer: number, shape: Shape, count: number, frame: Frame): void {
  const [height, width, channels] = shape;
  const line = width * channels;
  for (let picture = 0; picture < count; picture++) {
    const to = frame.pointer + picture * frame.picture * 4;
    kernels.strips(pointer + picture * height * line * 4, line, to, frame.line, line, height, 0);
  }
}

/** The output of an op that keeps its whole map. */
export function mapOutput({ kernels }: Pick<Ground, 'kernels'>, pointer: number, shape: Shape): Output {
  const at = (from: number): number => pointer + from * sizeOf(shape) * 4;
  return {
    shape,
    read: at,
    lay: (from, count, frame) => layMap(kernels, at(from), shape, count, frame)
  };
}

/** A convolution's window as the kernels of patches take it. */
export function geometryOf(op: ConvOp): Geometry {
  const [top, , left] = op.pad;
  return [...op.in, op.kernel, op.stride, top, left, op.out[0], op.out[1], op.dilation];
}

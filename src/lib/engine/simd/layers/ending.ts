/** @file SIMD engine: the ops that end in a norm or bias and an activation, and what such an ending does. */
import type { ConvOp, DenseOp, DepthwiseOp, TransposedConvOp } from '$lib/ops/op';
import { chunkOf, layMap, overChunks, sizeOf, type Frame, type Ground, type Output } from './layer';

/** An op that is finished here. */
export type Finished = ConvOp | DepthwiseOp | DenseOp | TransposedConvOp;

/** Norm or bias and activation of z[count, H, W, C], which the op itself fills, some pictures after the other. */
export interface Finish {
  readonly z: number;
  readonly output: Output;
  /** Before the first picture of z. */
  begin(training: boolean): void;
  /** Some pictures of z are there. */
  readonly collect: (from: number, count: number, training: boolean) => void;
  /** All are. */
  end(count: number, training: boolean): void;
  /** Some pictures of dy are complete. */
  readonly arrive: (from: number, count: number, dy: number) => void;
  /** Whether `arrive` leaves dy as it is. */
  readonly intact: boolean;
  /** All are: writes the gradients of gamma and beta, or of the bias; sees itself to pictures that did not `arrive`. */
  settle(count: number, dy: number): void;
  /** Byte offset of dz of some pictures, which may lie in the second slot; after `settle`. */
  gradient(from: number, count: number, dy: number): number;
  /** The same, into a frame. */
  layGradient(from: number, count: number, dy: number, frame: Frame): void;
}

/** What all endings without a norm share: dz takes the place of dy. */
type Ending = Pick<Finish, 'z' | 'output' | 'collect'> & {
  /** Turns some pictures of dy into dz; the first ones clear what sums it fills. */
  readonly turn: (from: number, count: number, dy: number) => void;
};

/** Builds an ending without a norm: `turn` is all there is to do on the way back. */
export function openEnding(op: Finished, { kernels }: Ground, { z, output, collect, turn }: Ending): Finish {
  const size = sizeOf(op.out);
  let arrived = 0;
  const arrive = (from: number, count: number, dy: number): void => {
    turn(from, count, dy);
    arrived = from + count;
  };
  return {
    z,
    output,
    begin: () => undefined,
    collect,
    end: () => undefined,
    arrive,
    intact: false,
    settle(count, dy) {
      overChunks(count, chunkOf(size), (from, part) => arrive(from, part, dy), arrived);
      arrived = 0;
    },
    gradient: (from, _count, dy) => dy + from * size * 4,
    layGradient: (from, count, dy, frame) => layMap(kernels, dy + from * size * 4, op.out, count, frame)
  };
}

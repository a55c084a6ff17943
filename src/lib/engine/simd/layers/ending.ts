/** @file SIMD engine: the ops that end in a norm or bias and an activation, and what such an ending does. */
import type { ConvOp, DenseOp, DepthwiseOp, TransposedConvOp } from '$lib/ops/op';
import type { Frame, Output } from './layer';

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

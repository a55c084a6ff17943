/** @file Step 3, cost: how much arithmetic an op does for each byte it moves; low means memory-bound. */
import { match, type ConvOp, type DepthwiseOp, type Op, type Rules } from '$lib/ops/op';
import type { Shape } from '$lib/arch/architecture';
import { costOf } from './cost';

export interface Intensity {
  readonly id: string;
  readonly madds: number;
  /** Float32 bytes read and written once: inputs, weights (norm folded into one bias per channel) and output. */
  readonly bytes: number;
  /** Multiply-adds per byte. */
  readonly intensity: number;
}

const elements = ([height, width, channels]: Shape): number => height * width * channels;
const none = (): number => 0;

const windowed = (op: ConvOp | DepthwiseOp, weights: number): number => weights + (op.norm || op.bias ? op.out[2] : 0);

/** Numbers of an op's weights once its norm is folded into them. */
const weights: Rules<number> = {
  conv: (op) => windowed(op, op.kernel * op.kernel * op.in[2] * op.out[2]),
  depthwise: (op) => windowed(op, op.kernel * op.kernel * op.out[2]),
  transposedConv: (op) => costOf(op).params,
  dense: (op) => costOf(op).params,
  pool: none,
  averagePool: none,
  resize: none,
  multiply: none,
  add: none,
  concat: none
};

/** Arithmetic intensity of each op for batch 1 (Williams, Waterman and Patterson, "Roofline", 2009), in op order. */
export function arithmeticIntensity(ops: readonly Op[]): readonly Intensity[] {
  const sizes = new Map<string, number>();
  return ops.map((op) => {
    sizes.set(op.id, elements(op.out));
    // A single input is `op.in`; of several the others are outputs of earlier ops (or the picture, as large as `op.in`).
    const [only, ...others] = op.inputs;
    const rest = others.reduce((sum, id) => sum + (sizes.get(id) ?? elements(op.in)), 0);
    const read = (sizes.get(only ?? '') ?? elements(op.in)) + rest;
    const bytes = 4 * (read + match(op, weights) + elements(op.out));
    const { madds } = costOf(op);
    return { id: op.id, madds, bytes, intensity: madds / bytes };
  });
}

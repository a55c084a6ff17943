/** @file Step 8, export: nodes with 8-bit weights as whole sums and what becomes of them, bit for bit as XNNPACK computes them. */
import type { Weighted } from '../tflite/lite-graph';
import type { ActivationScale } from './activations';
import { integersOf } from './integers';
import { sizeOf } from './maps';
import { requantized, storedRange } from './rounding';
import { sumsOf } from './sums';

/** A node in two steps, so that what goes wrong on average can be seen in between. */
export interface WeightedKernel {
  /** Real value of one unit of each filter's sums. */
  readonly unit: Float32Array;
  /** Whole sums with the bias, in the order of the result. */
  sums(input: Int8Array): Float64Array;
  finish(sums: Float64Array): Int8Array;
}

/** Sizes of the input, and the grids around the node. */
export interface WeightedSetting {
  readonly shape: readonly number[];
  readonly from: ActivationScale;
  readonly to: ActivationScale;
}

/** The node on 8-bit integers; its weights are made 8-bit here, once. */
export function weightedKernel(node: Weighted, { shape, from, to }: WeightedSetting): WeightedKernel {
  const { data, unit, ...product } = integersOf(node, from);
  const weight = Float32Array.from(data);
  const bias = Float64Array.from(product.bias);
  const factors = unit.map((each) => each / to.scale);
  const target = {
    zeroPoint: to.zeroPoint,
    range: storedRange(node.kind === 'transposedConv' ? 'linear' : node.nl, to)
  };
  const centred = new Float32Array(sizeOf(shape));
  return {
    unit,
    sums(input) {
      for (let i = 0; i < centred.length; i++) centred[i] = (input[i] as number) - from.zeroPoint;
      return sumsOf(node, { input: centred, shape, weight, bias });
    },
    finish: (sums) => requantized(sums, factors, target)
  };
}

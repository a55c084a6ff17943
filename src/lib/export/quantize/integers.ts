/** @file Step 8, export: weights and bias of a node as integers, for an input that is on a grid. */
import { filterCount, scaledFilters, type Weighted } from '../tflite/lite-graph';
import type { ActivationScale } from './activations';
import { quantizeWeights, weightScales, type QuantizedWeights } from './weights';

/** 8-bit weights, and a 32-bit bias counted in units of the sums: input scale · weight scale, float32. */
export interface IntegerProduct extends QuantizedWeights {
  readonly bias: Int32Array;
  readonly unit: Float32Array;
}

/** A bias stays below this, so that sums beside it fit into 32 bits. */
const MOST_BIAS = 2 ** 30;

/** The product's integers. A filter too weak for its bias gets a scale on which the bias fits: it adds next to nothing. */
export function integersOf(node: Weighted, from: ActivationScale): IntegerProduct {
  const filters = scaledFilters(node);
  const scale = weightScales(node.weight.data, filters);
  const bias = node.bias ?? new Float32Array(filterCount(node));
  bias.forEach((value, c) => {
    const least = Math.abs(value) / (from.scale * MOST_BIAS);
    if (least > (scale[c % filters] as number)) scale[c % filters] = least;
  });
  const unit = scale.map((each) => from.scale * each);
  const integers = Int32Array.from(bias, (value, c) => Math.round(value / (unit[c % filters] as number)));
  return { ...quantizeWeights(node.weight.data, filters, scale), bias: integers, unit };
}

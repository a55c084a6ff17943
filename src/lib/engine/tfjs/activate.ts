/** @file The non-linearities in TensorFlow.js ops; its own hardSigmoid has another slope (0.2 x + 0.5), so ours is composed. */
import { add, mul, relu, relu6, sigmoid, type Tensor } from '@tensorflow/tfjs';
import type { Activation } from '$lib/ops/op';

const hardSigmoid = <T extends Tensor>(x: T): T => mul(relu6(add(x, 3)), 1 / 6);

/**
 * Applies a non-linearity: h-swish is x relu6(x + 3) / 6, hard sigmoid relu6(x + 3) / 6 (MobileNetV3 §5.2), swish x σ(x),
 * shifted swish x σ(x + 3) / 6.
 */
export function activate<T extends Tensor>(x: T, nl: Activation): T {
  switch (nl) {
    case 'linear':
      return x;
    case 'relu':
      return relu(x);
    case 'relu6':
      return relu6(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'hardSigmoid':
      return hardSigmoid(x);
    case 'hardSwish':
      return mul(x, hardSigmoid(x));
    case 'swish':
      return mul(x, sigmoid(x));
    case 'shiftedSwish':
      return mul(x, mul(sigmoid(add(x, 3)), 1 / 6));
  }
}

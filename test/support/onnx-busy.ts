/** @file Test support: a small .onnx file that asks the reader to compute much. */
import { between, floats, given, node, small, whole } from './onnx-small';

/** Sizes worked out of shapes, stored 8-bit numbers, slices, norms: what a file can ask the reader to compute. */
export function busyFile(): Uint8Array {
  return between({
    nodes: [
      node('Constant() one', { value: { tensor: given('', [1]) } }),
      node('DequantizeLinear(q, s, z) k', { axis: { int: 0 } }),
      node('Transpose(turned, -) w4', { perm: { ints: [1, 0, 2, 3] } }),
      node('Conv(m, w4) last'),
      node('Mul(last, k) scaled'),
      node('BatchNormalization(scaled, g, o, o, g) normed', { epsilon: { float: 1e-3 } }),
      node('Mul(normed, one) same'),
      node('Clip(same, low, high) n'),
      node('Shape(n) shape'),
      node('Slice(shape, from, to) two'),
      node('Concat(two, minus) wanted', { axis: { int: 0 } }),
      node('GlobalAveragePool(n) pooled'),
      node('Cast(pooled) cast', { to: { int: 1 } }),
      node('Reshape(cast, wanted) flat'),
      node('Unsqueeze(flat, behind) p')
    ],
    tensors: [
      small('q', 'int8', { dims: [6, 1, 1], values: [3, -5, 7, 9, 11, 13] }),
      given('s', [0.1, 0.2, 0.1, 0.3, 0.1, 0.2]),
      small('z', 'int8', { dims: [6], values: [0, 1, 0, 2, 0, 0] }),
      given('g', [1, 0.5, 2, 1, 0.7, 1]),
      given('o', [0, 0.1, 0, 0.2, 0, 0]),
      whole('from', [0]),
      whole('to', [1]),
      whole('minus', [-1]),
      whole('behind', [2]),
      given('low', [0], []),
      given('high', [6], []),
      floats('turned', [6, 6, 1, 1], 2.3)
    ]
  });
}

/** @file Import: constants that an .onnx file stores in 8 bits as the floats they stand for. */
import { m } from '$paraglide/messages';
import type { OnnxConstant } from './constants';
import type { NodeView } from './node';

/** Least and greatest stored number. */
const ranges: Readonly<Record<string, readonly [number, number]>> = { uint8: [0, 255], int8: [-128, 127] };

/** Scale and zero point of element i: one pair for all, or one for each index along an axis. */
function pairs(node: NodeView, shape: readonly number[]): (i: number) => readonly [scale: number, zero: number] {
  const scale = node.floats(1).data;
  const zero = node.has(2) ? node.constant(2).data : new Float64Array(scale.length);
  if (node.int('block_size', 0) !== 0) node.refuseOption('block_size', node.int('block_size', 0));
  if (zero.length !== scale.length) node.refuse(m.onnx_count({ want: scale.length }));
  if (scale.length === 1) return () => [scale[0] ?? 1, zero[0] ?? 0];
  const axis = node.axis(node.int('axis', 1), shape.length);
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  if (shape[axis] !== scale.length) node.refuse(m.onnx_count({ want: shape[axis] ?? 0 }));
  return (i) => {
    const c = Math.floor(i / inner) % scale.length;
    return [scale[c] ?? 1, zero[c] ?? 0];
  };
}

/** scale · (stored - zero point). */
export function dequantized(node: NodeView): OnnxConstant {
  const from = node.constant(0);
  const at = pairs(node, from.shape);
  node.values.constants.spend(node.name, from.data.length);
  node.values.constants.dequantized = true;
  const data = Float32Array.from(from.data, (value, i) => {
    const [scale, zero] = at(i);
    return (value - zero) * scale;
  });
  return { whole: false, shape: from.shape, data };
}

/** Half to the even number, as the operator rounds. */
function rounded(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest === 0.5 ? down + (down & 1) : Math.round(value);
}

/** value / scale + zero point, rounded and cut to the type of the zero point. */
export function quantized(node: NodeView): OnnxConstant {
  const from = node.constant(0);
  const zero = node.has(2) ? node.constant(2) : null;
  const type = zero?.whole ? zero.type : 'uint8';
  const [least, most] = ranges[type] ?? node.refuse(m.onnx_type());
  const at = pairs(node, from.shape);
  node.values.constants.spend(node.name, from.data.length);
  const data = Float64Array.from(from.data, (value, i) => {
    const [scale, offset] = at(i);
    return Math.min(most, Math.max(least, rounded(Math.fround(value / scale)) + offset));
  });
  return { whole: true, type, shape: from.shape, data };
}

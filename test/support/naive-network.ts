/** @file Test support: the slow, obvious network in float64 that fast engines are compared to; training mode, loss only. */
import type { Op } from '../../src/lib/ops/op';

/** Numbers by tensor name. */
export type Numbers = Record<string, Float64Array>;

const activations: Record<string, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  relu6: (z) => Math.min(6, Math.max(0, z)),
  hardSigmoid: (z) => Math.min(6, Math.max(0, z + 3)) / 6,
  hardSwish: (z) => (z * Math.min(6, Math.max(0, z + 3))) / 6
};

const rowsOf = (map: Float64Array, channels: number): number => map.length / channels;

/** Batch norm by batch statistics (biased variance), then the activation; in place. */
function normalise(map: Float64Array, op: Op & { kind: 'conv' | 'depthwise' }, numbers: Numbers): void {
  const channels = op.out[2];
  const rows = rowsOf(map, channels);
  const act = activations[op.nl]!;
  for (let c = 0; c < channels; c++) {
    let mean = 0;
    let variance = 0;
    for (let r = 0; r < rows; r++) mean += map[r * channels + c]! / rows;
    for (let r = 0; r < rows; r++) variance += (map[r * channels + c]! - mean) ** 2 / rows;
    const scale = numbers[`${op.id}.gamma`]![c]! / Math.sqrt(variance + op.norm.epsilon);
    const beta = numbers[`${op.id}.beta`]![c]!;
    for (let r = 0; r < rows; r++) map[r * channels + c] = act((map[r * channels + c]! - mean) * scale + beta);
  }
}

function convolve(x: Float64Array, op: Op & { kind: 'conv' | 'depthwise' }, numbers: Numbers, count: number) {
  const [height, width, channels] = op.in;
  const [outHeight, outWidth, out] = op.out;
  const { kernel, stride, pad } = op;
  const weight = numbers[`${op.id}.weight`]!;
  const y = new Float64Array(count * outHeight * outWidth * out);
  const each = (visit: (outAt: number, inAt: number, tap: number) => void): void => {
    for (let b = 0; b < count; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let i = 0; i < kernel; i++)
            for (let j = 0; j < kernel; j++) {
              const iy = oy * stride + i - pad[0];
              const ix = ox * stride + j - pad[2];
              if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
              visit((b * outHeight + oy) * outWidth + ox, (b * height + iy) * width + ix, i * kernel + j);
            }
  };
  if (op.kind === 'depthwise') {
    each((to, from, tap) => {
      for (let c = 0; c < out; c++) y[to * out + c]! += x[from * channels + c]! * weight[tap * out + c]!;
    });
  } else {
    each((to, from, tap) => {
      for (let c = 0; c < channels; c++) {
        const value = x[from * channels + c]!;
        for (let o = 0; o < out; o++) y[to * out + o]! += value * weight[(tap * channels + c) * out + o]!;
      }
    });
  }
  normalise(y, op, numbers);
  return y;
}

function dense(x: Float64Array, op: Op & { kind: 'dense' }, numbers: Numbers, count: number): Float64Array {
  const from = op.in[2];
  const out = op.out[2];
  const weight = numbers[`${op.id}.weight`]!;
  const bias = numbers[`${op.id}.bias`]!;
  const y = new Float64Array(count * out);
  for (let b = 0; b < count; b++)
    for (let o = 0; o < out; o++) {
      let sum = bias[o]!;
      for (let c = 0; c < from; c++) sum += x[b * from + c]! * weight[c * out + o]!;
      y[b * out + o] = activations[op.nl]!(sum);
    }
  return y;
}

function pool(x: Float64Array, op: Op, count: number): Float64Array {
  const [height, width, channels] = op.in;
  const pixels = height * width;
  const y = new Float64Array(count * channels);
  for (let i = 0; i < x.length; i++) {
    y[Math.floor(i / (pixels * channels)) * channels + (i % channels)]! += x[i]! / pixels;
  }
  return y;
}

function scale(x: Float64Array, gate: Float64Array, op: Op): Float64Array {
  const channels = op.out[2];
  const size = op.out[0] * op.out[1] * channels;
  return x.map((value, i) => value * gate[Math.floor(i / size) * channels + (i % channels)]!);
}

/** Mean softmax cross-entropy of a training-mode forward pass; images NHWC. */
export function naiveLoss(
  ops: readonly Op[],
  numbers: Numbers,
  images: Float64Array,
  labels: ArrayLike<number>
): number {
  const count = labels.length;
  const maps = new Map<string, Float64Array>([['', images]]);
  const read = (op: Op, index: number): Float64Array => maps.get(op.inputs[index]!)!;
  for (const op of ops) {
    const x = read(op, 0);
    if (op.kind === 'conv' || op.kind === 'depthwise') maps.set(op.id, convolve(x, op, numbers, count));
    else if (op.kind === 'dense') maps.set(op.id, dense(x, op, numbers, count));
    else if (op.kind === 'pool') maps.set(op.id, pool(x, op, count));
    else if (op.kind === 'multiply') maps.set(op.id, scale(x, read(op, 1), op));
    else
      maps.set(
        op.id,
        x.map((value, i) => value + read(op, 1)[i]!)
      );
  }
  const logits = maps.get(ops.at(-1)!.id)!;
  const classes = logits.length / count;
  let loss = 0;
  for (let b = 0; b < count; b++) {
    const row = logits.subarray(b * classes, (b + 1) * classes);
    const top = Math.max(...row);
    loss += Math.log(row.reduce((sum, z) => sum + Math.exp(z - top), 0)) + top - row[labels[b]!]!;
  }
  return loss / count;
}

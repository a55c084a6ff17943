/** @file Test support: the slow, obvious network in float64 that fast engines are compared to; training mode, loss only. */
import { match, type Activation, type ConcatOp, type Op, type Rules } from '../../src/lib/ops/op';

/** Numbers by tensor name. */
export type Numbers = Record<string, Float64Array>;

const activations: Record<Activation, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  relu6: (z) => Math.min(6, Math.max(0, z)),
  hardSigmoid: (z) => Math.min(6, Math.max(0, z + 3)) / 6,
  hardSwish: (z) => (z * Math.min(6, Math.max(0, z + 3))) / 6,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  swish: (z) => z / (1 + Math.exp(-z)),
  shiftedSwish: (z) => z / (1 + Math.exp(-z - 3)) / 6
};

const rowsOf = (map: Float64Array, channels: number): number => map.length / channels;

/** Batch norm by batch statistics (biased variance), or a bias, then the activation; in place. */
function normalise(map: Float64Array, op: Op & { kind: 'conv' | 'depthwise' }, numbers: Numbers): void {
  const channels = op.out[2];
  const rows = rowsOf(map, channels);
  const act = activations[op.nl];
  if (!op.norm) {
    const bias = op.bias ? numbers[`${op.id}.bias`]! : new Float64Array(channels);
    for (let i = 0; i < map.length; i++) map[i] = act(map[i]! + bias[i % channels]!);
    return;
  }
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
  const { kernel, stride, pad, dilation } = op;
  const weight = numbers[`${op.id}.weight`]!;
  const y = new Float64Array(count * outHeight * outWidth * out);
  const each = (visit: (outAt: number, inAt: number, tap: number) => void): void => {
    for (let b = 0; b < count; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let i = 0; i < kernel; i++)
            for (let j = 0; j < kernel; j++) {
              const iy = oy * stride + i * dilation - pad[0];
              const ix = ox * stride + j * dilation - pad[2];
              if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
              visit((b * outHeight + oy) * outWidth + ox, (b * height + iy) * width + ix, i * kernel + j);
            }
  };
  if (op.kind === 'depthwise') {
    each((to, from, tap) => {
      for (let c = 0; c < out; c++) {
        y[to * out + c]! += x[from * channels + Math.floor(c / op.multiplier)]! * weight[tap * out + c]!;
      }
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

export function dense(x: Float64Array, op: Op & { kind: 'dense' }, numbers: Numbers, count: number): Float64Array {
  const from = op.in[2];
  const out = op.out[2];
  const weight = numbers[`${op.id}.weight`]!;
  const bias = op.bias ? numbers[`${op.id}.bias`]! : new Float64Array(out);
  const y = new Float64Array(count * out);
  for (let b = 0; b < count; b++)
    for (let o = 0; o < out; o++) {
      let sum = bias[o]!;
      for (let c = 0; c < from; c++) sum += x[b * from + c]! * weight[c * out + o]!;
      y[b * out + o] = activations[op.nl](sum);
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

/** A gate for each channel, or a map of the same size. */
function scale(x: Float64Array, gate: Float64Array, op: Op): Float64Array {
  if (gate.length === x.length) return x.map((value, i) => value * gate[i]!);
  const channels = op.out[2];
  const size = op.out[0] * op.out[1] * channels;
  return x.map((value, i) => value * gate[Math.floor(i / size) * channels + (i % channels)]!);
}

/** Calls back for each number of [count, h, w, c] maps with its place. */
function fill(op: Op, count: number, at: (b: number, y: number, x: number, c: number) => number): Float64Array {
  const [height, width, channels] = op.out;
  const y = new Float64Array(count * height * width * channels);
  for (let i = 0; i < y.length; i++) {
    const pixel = Math.floor(i / channels);
    y[i] = at(Math.floor(pixel / width / height), Math.floor(pixel / width) % height, pixel % width, i % channels);
  }
  return y;
}

const clamp = (value: number, top: number): number => Math.min(Math.max(value, 0), top);

function concat(parts: readonly Float64Array[], op: ConcatOp, count: number): Float64Array {
  const groups = op.axis === 'rows' ? count : count * op.out[0] * op.out[1];
  const y = Array.from({ length: groups }, (_, group) =>
    parts.flatMap((part) => [...part.subarray((group * part.length) / groups, ((group + 1) * part.length) / groups)])
  ).flat();
  return Float64Array.from(y);
}

/** Outputs of every op in training mode, by id; images NHWC. */
export function naiveForward(
  ops: readonly Op[],
  numbers: Numbers,
  images: Float64Array,
  count: number
): ReadonlyMap<string, Float64Array> {
  const maps = new Map<string, Float64Array>([['', images]]);
  const read = (op: Op, index: number): Float64Array => maps.get(op.inputs[index]!)!;
  const rules: Rules<Float64Array> = {
    conv: (op) => convolve(read(op, 0), op, numbers, count),
    depthwise: (op) => convolve(read(op, 0), op, numbers, count),
    transposedConv: (op) => {
      const x = read(op, 0);
      const { kernel } = op;
      const weight = numbers[`${op.id}.weight`]!;
      const [height, width, channels] = op.in;
      return fill(op, count, (b, oy, ox, o) => {
        const at = ((b * height + Math.floor(oy / kernel)) * width + Math.floor(ox / kernel)) * channels;
        const tap = ((oy % kernel) * kernel + (ox % kernel)) * channels;
        let sum = numbers[`${op.id}.bias`]![o]!;
        for (let c = 0; c < channels; c++) sum += x[at + c]! * weight[(tap + c) * op.out[2] + o]!;
        return activations[op.nl](sum);
      });
    },
    dense: (op) => dense(read(op, 0), op, numbers, count),
    pool: (op) => pool(read(op, 0), op, count),
    averagePool: (op) => {
      const x = read(op, 0);
      const [height, width, channels] = op.in;
      return fill(op, count, (b, oy, ox, c) => {
        let sum = 0;
        for (let i = 0; i < op.kernel[0]; i++)
          for (let j = 0; j < op.kernel[1]; j++)
            sum += x[((b * height + oy * op.stride[0] + i) * width + ox * op.stride[1] + j) * channels + c]!;
        return sum / op.kernel[0] / op.kernel[1];
      });
    },
    resize: (op) => {
      const x = read(op, 0);
      const [height, width, channels] = op.in;
      return fill(op, count, (b, oy, ox, c) => {
        const fy = clamp(((oy + 0.5) * height) / op.out[0] - 0.5, height - 1);
        const fx = clamp(((ox + 0.5) * width) / op.out[1] - 0.5, width - 1);
        const pixel = (row: number, column: number): number =>
          x[((b * height + clamp(row, height - 1)) * width + clamp(column, width - 1)) * channels + c]!;
        const [iy, ix] = [Math.floor(fy), Math.floor(fx)];
        const line = (row: number): number => pixel(row, ix) * (1 + ix - fx) + pixel(row, ix + 1) * (fx - ix);
        return line(iy) * (1 + iy - fy) + line(iy + 1) * (fy - iy);
      });
    },
    multiply: (op) => scale(read(op, 0), read(op, 1), op),
    add: (op) => read(op, 0).map((value, i) => value + read(op, 1)[i]!),
    concat: (op) =>
      concat(
        op.inputs.map((_, index) => read(op, index)),
        op,
        count
      )
  };
  for (const op of ops) maps.set(op.id, match(op, rules));
  return maps;
}

/** Mean softmax cross-entropy of a training-mode forward pass; images NHWC. */
export function naiveLoss(
  ops: readonly Op[],
  numbers: Numbers,
  images: Float64Array,
  labels: ArrayLike<number>
): number {
  const count = labels.length;
  const maps = naiveForward(ops, numbers, images, count);
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

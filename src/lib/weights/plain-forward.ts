/** @file Step 4, network: one op at a time in float64 with plain loops (NHWC, inference): slow, exact, of no backend. */
import type { Activation, ConvOp, DepthwiseOp, DenseOp, Op, TransposedConvOp, Pad } from '$lib/ops/op';
import { match, type Rules } from '$lib/ops/op';
import type { Tensors } from './checkpoint';

type Values = ArrayLike<number>;

/** The maps an op reads, as many pictures, and the tensors by name. */
export interface PlainRun {
  readonly inputs: readonly Values[];
  readonly batch: number;
  readonly tensors: Tensors;
}

const relu6 = (x: number): number => Math.min(6, Math.max(0, x));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Every activation as the articles and papers print it. */
const activations: { readonly [A in Activation]: (x: number) => number } = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6,
  hardSwish: (x) => (x * relu6(x + 3)) / 6,
  swish: (x) => x * sigmoid(x),
  shiftedSwish: (x) => (x * sigmoid(x + 3)) / 6,
  hardSigmoid: (x) => relu6(x + 3) / 6,
  sigmoid
};

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

function weightOf(op: Op, { tensors }: PlainRun, role: string): Float32Array {
  const tensor = tensors[`${op.id}.${role}`];
  if (!tensor) throw new Error(`plain forward: ${op.id}.${role} must be there`);
  return tensor.data;
}

function startWithBias(op: Op, run: PlainRun, has: boolean): Float64Array {
  const out = new Float64Array(run.batch * sizeOf(op.out));
  if (!has) return out;
  const bias = weightOf(op, run, 'bias');
  for (let i = 0; i < out.length; i++) out[i] = bias[i % bias.length] as number;
  return out;
}

/** Calls `tap` for every pair of output pixel, input pixel and kernel tap that lies on the map. */
function eachTap(
  op: { readonly in: Op['in']; readonly out: Op['out']; kernel: number; stride: number; dilation: number; pad: Pad },
  batch: number,
  tap: (to: number, from: number, index: number) => void
): void {
  const [height, width] = op.in;
  const [rows, columns] = op.out;
  for (let b = 0; b < batch; b++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        for (let i = 0; i < op.kernel; i++) {
          const v = y * op.stride - op.pad[0] + i * op.dilation;
          if (v < 0 || v >= height) continue;
          for (let j = 0; j < op.kernel; j++) {
            const u = x * op.stride - op.pad[2] + j * op.dilation;
            if (u < 0 || u >= width) continue;
            tap((b * rows + y) * columns + x, (b * height + v) * width + u, i * op.kernel + j);
          }
        }
}

/* The hot loops below index typed arrays within their bounds. */

function conv(op: ConvOp, run: PlainRun): Float64Array {
  const out = startWithBias(op, run, op.bias);
  const x = run.inputs[0] as Values;
  const weight = Float64Array.from(weightOf(op, run, 'weight'));
  const from = op.in[2];
  const to = op.out[2];
  eachTap(op, run.batch, (outAt, inAt, tap) => {
    const o = outAt * to;
    for (let c = 0; c < from; c++) {
      const value = x[inAt * from + c] as number;
      if (value === 0) continue;
      const w = (tap * from + c) * to;
      for (let k = 0; k < to; k++) out[o + k] = (out[o + k] as number) + value * (weight[w + k] as number);
    }
  });
  return out;
}

function depthwise(op: DepthwiseOp, run: PlainRun): Float64Array {
  const out = startWithBias(op, run, op.bias);
  const x = run.inputs[0] as Values;
  const weight = Float64Array.from(weightOf(op, run, 'weight'));
  const { multiplier } = op;
  const from = op.in[2];
  const to = op.out[2];
  eachTap(op, run.batch, (outAt, inAt, tap) => {
    for (let c = 0; c < from; c++) {
      const value = x[inAt * from + c] as number;
      for (let k = c * multiplier; k < (c + 1) * multiplier; k++)
        out[outAt * to + k] = (out[outAt * to + k] as number) + value * (weight[tap * to + k] as number);
    }
  });
  return out;
}

function dense(op: DenseOp, run: PlainRun): Float64Array {
  const out = startWithBias(op, run, op.bias);
  const x = run.inputs[0] as Values;
  const weight = weightOf(op, run, 'weight');
  const from = op.in[2];
  const to = op.out[2];
  for (let b = 0; b < run.batch; b++)
    for (let c = 0; c < from; c++) {
      const value = x[b * from + c] as number;
      for (let k = 0; k < to; k++)
        out[b * to + k] = (out[b * to + k] as number) + value * (weight[c * to + k] as number);
    }
  return out;
}

/** Each input pixel paints its own kernel x kernel patch. */
function transposedConv(op: TransposedConvOp, run: PlainRun): Float64Array {
  const out = startWithBias(op, run, true);
  const x = run.inputs[0] as Values;
  const weight = weightOf(op, run, 'weight');
  const { kernel } = op;
  const [height, width, from] = op.in;
  const [, columns, to] = op.out;
  for (let b = 0; b < run.batch; b++)
    for (let at = 0; at < height * width; at++)
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const y = Math.floor(at / width) * kernel + Math.floor(tap / kernel);
        const o = ((b * height * kernel + y) * columns + (at % width) * kernel + (tap % kernel)) * to;
        for (let c = 0; c < from; c++) {
          const value = x[(b * height * width + at) * from + c] as number;
          const w = (tap * from + c) * to;
          for (let k = 0; k < to; k++) out[o + k] = (out[o + k] as number) + value * (weight[w + k] as number);
        }
      }
  return out;
}

/** Means over windows that lie inside the map. */
function averagePool(op: Op, run: PlainRun, kernel: readonly number[], stride: readonly number[]): Float64Array {
  const out = new Float64Array(run.batch * sizeOf(op.out));
  const x = run.inputs[0] as Values;
  const [height, width, channels] = op.in;
  const [rows, columns] = op.out;
  const [tall = 1, wide = 1] = kernel;
  const [down = 1, right = 1] = stride;
  for (let b = 0; b < run.batch; b++)
    for (let to = 0; to < rows * columns; to++)
      for (let tap = 0; tap < tall * wide; tap++) {
        const y = Math.floor(to / columns) * down + Math.floor(tap / wide);
        const at = ((b * height + y) * width + (to % columns) * right + (tap % wide)) * channels;
        const o = (b * rows * columns + to) * channels;
        for (let c = 0; c < channels; c++) out[o + c] = (out[o + c] as number) + (x[at + c] as number) / (tall * wide);
      }
  return out;
}

/** Two neighbours of each output pixel and the share of the second, with half-pixel centres. */
function blend(size: number, to: number): readonly (readonly [number, number, number])[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.max(0, ((i + 0.5) * size) / to - 0.5);
    const low = Math.min(Math.floor(at), size - 1);
    return [low, Math.min(low + 1, size - 1), at - low] as const;
  });
}

function resize(op: Op, run: PlainRun): Float64Array {
  const out = new Float64Array(run.batch * sizeOf(op.out));
  const x = run.inputs[0] as Values;
  const [height, width, channels] = op.in;
  const rows = blend(height, op.out[0]);
  const columns = blend(width, op.out[1]);
  let o = 0;
  for (let b = 0; b < run.batch; b++)
    for (const [top, bottom, down] of rows)
      for (const [left, right, along] of columns)
        for (let c = 0; c < channels; c++) {
          const at = (y: number, u: number) => x[((b * height + y) * width + u) * channels + c] as number;
          const upper = at(top, left) * (1 - along) + at(top, right) * along;
          const lower = at(bottom, left) * (1 - along) + at(bottom, right) * along;
          out[o++] = upper * (1 - down) + lower * down;
        }
  return out;
}

/** Multiplies (or adds) two maps; a 1x1 second map holds for every pixel. */
function combine(op: Op, run: PlainRun, rule: (a: number, b: number) => number): Float64Array {
  const [a, b] = run.inputs as readonly [Values, Values];
  const channels = op.out[2];
  const size = sizeOf(op.out);
  const whole = b.length === a.length;
  return Float64Array.from(a, (value, i) =>
    rule(value, b[whole ? i : Math.floor(i / size) * channels + (i % channels)] as number)
  );
}

function concat(op: Op, { inputs, batch }: PlainRun, axis: 'rows' | 'channels'): Float64Array {
  const out = new Float64Array(batch * sizeOf(op.out));
  const lines = axis === 'rows' ? batch : batch * op.out[0] * op.out[1];
  let to = 0;
  for (let line = 0; line < lines; line++)
    for (const part of inputs) {
      const length = part.length / lines;
      for (let i = 0; i < length; i++) out[to++] = part[line * length + i] as number;
    }
  return out;
}

const rules: Rules<(run: PlainRun) => Float64Array> = {
  conv: (op) => (run) => conv(op, run),
  depthwise: (op) => (run) => depthwise(op, run),
  transposedConv: (op) => (run) => transposedConv(op, run),
  dense: (op) => (run) => dense(op, run),
  pool: (op) => (run) => averagePool(op, run, [op.in[0], op.in[1]], [1, 1]),
  averagePool: (op) => (run) => averagePool(op, run, op.kernel, op.stride),
  resize: (op) => (run) => resize(op, run),
  multiply: (op) => (run) => combine(op, run, (a, b) => a * b),
  add: (op) => (run) => combine(op, run, (a, b) => a + b),
  concat: (op) => (run) => concat(op, run, op.axis)
};

/** What an op gives before its batch norm and activation, [batch, ...op.out]. */
export function rawOutput(op: Op, run: PlainRun): Float64Array {
  return match(op, rules)(run);
}

/** Batch norm by running statistics, then the activation, in place. */
export function finishOutput(op: Op, raw: Float64Array, run: PlainRun): Float64Array {
  if ('norm' in op && op.norm) {
    const [gamma, beta, mean, variance] = (['gamma', 'beta', 'mean', 'variance'] as const).map((role) =>
      weightOf(op, run, role)
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const { epsilon } = op.norm;
    const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + epsilon));
    const channels = scale.length;
    for (let i = 0; i < raw.length; i++) {
      const c = i % channels;
      raw[i] = ((raw[i] as number) - (mean[c] as number)) * (scale[c] as number) + (beta[c] as number);
    }
  }
  if ('nl' in op && op.nl !== 'linear') {
    const activate = activations[op.nl];
    for (let i = 0; i < raw.length; i++) raw[i] = activate(raw[i] as number);
  }
  return raw;
}

/** @file Test support: a slow float64 forward pass in inference mode, written from the definitions, to judge pruning by. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Activation, ConvOp, DepthwiseOp } from '$lib/ops/op';
import type { Tensors } from '$lib/weights/checkpoint';

const hardSigmoid = (x: number): number => Math.min(6, Math.max(0, x + 3)) / 6;

function activate(x: number, nl: Activation): number {
  if (nl === 'linear') return x;
  if (nl === 'relu') return Math.max(0, x);
  if (nl === 'relu6') return Math.min(6, Math.max(0, x));
  if (nl === 'hardSwish') return x * hardSigmoid(x);
  if (nl === 'sigmoid') return 1 / (1 + Math.exp(-x));
  if (nl === 'swish') return x / (1 + Math.exp(-x));
  if (nl === 'shiftedSwish') return x / 6 / (1 + Math.exp(-x - 3));
  return hardSigmoid(x);
}

/** Logits of one picture (NHWC float). */
export function referenceForward(arch: Architecture, tensors: Tensors, picture: ArrayLike<number>): Float64Array {
  const get = (name: string): ArrayLike<number> => {
    const tensor = tensors[name];
    if (!tensor) throw new Error(`missing ${name}`);
    return tensor.data;
  };
  const normOf = (op: ConvOp | DepthwiseOp): ((sum: number, c: number) => number) => {
    const { norm, nl } = op;
    if (!norm) {
      const bias = op.bias ? get(`${op.id}.bias`) : null;
      return (sum, c) => activate(sum + (bias ? (bias[c] ?? NaN) : 0), nl);
    }
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((role) => get(`${op.id}.${role}`));
    if (!gamma || !beta || !mean || !variance) throw new Error(`missing norm of ${op.id}`);
    const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] ?? NaN) + norm.epsilon));
    return (sum, c) => activate((sum - (mean[c] ?? NaN)) * (scale[c] ?? NaN) + (beta[c] ?? NaN), nl);
  };
  const maps = new Map<string, Float64Array>([['', Float64Array.from(picture)]]);
  let last = new Float64Array(0);
  for (const op of lower(arch)) {
    const [a = new Float64Array(0), b = new Float64Array(0)] = op.inputs.map(
      (id) => maps.get(id) ?? new Float64Array(0)
    );
    const [inH, inW, inC] = op.in;
    const [outH, outW, outC] = op.out;
    const out = new Float64Array(outH * outW * outC);
    if (op.kind === 'conv' || op.kind === 'depthwise') {
      const weight = get(`${op.id}.weight`);
      const normed = normOf(op);
      for (let y = 0; y < outH; y++)
        for (let x = 0; x < outW; x++)
          for (let c = 0; c < outC; c++) {
            let sum = 0;
            for (let ky = 0; ky < op.kernel; ky++)
              for (let kx = 0; kx < op.kernel; kx++) {
                const iy = y * op.stride + ky * op.dilation - op.pad[0];
                const ix = x * op.stride + kx * op.dilation - op.pad[2];
                if (iy < 0 || ix < 0 || iy >= inH || ix >= inW) continue;
                const at = (iy * inW + ix) * inC;
                const tap = ky * op.kernel + kx;
                if (op.kind === 'depthwise') sum += (a[at + c] ?? NaN) * (weight[tap * inC + c] ?? NaN);
                else
                  for (let i = 0; i < inC; i++) sum += (a[at + i] ?? NaN) * (weight[(tap * inC + i) * outC + c] ?? NaN);
              }
            out[(y * outW + x) * outC + c] = normed(sum, c);
          }
    } else if (op.kind === 'dense') {
      const weight = get(`${op.id}.weight`);
      for (let c = 0; c < outC; c++) {
        let sum = op.bias ? (get(`${op.id}.bias`)[c] ?? NaN) : 0;
        for (let i = 0; i < inC; i++) sum += (a[i] ?? NaN) * (weight[i * outC + c] ?? NaN);
        out[c] = activate(sum, op.nl);
      }
    } else if (op.kind === 'pool') a.forEach((value, i) => (out[i % inC] = (out[i % inC] ?? 0) + value / (inH * inW)));
    else if (op.kind === 'multiply') a.forEach((value, i) => (out[i] = value * (b[i % inC] ?? NaN)));
    else a.forEach((value, i) => (out[i] = value + (b[i] ?? NaN)));
    maps.set(op.id, out);
    last = out;
  }
  return last;
}

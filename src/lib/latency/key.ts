/** @file Step 5, latency: the signature of a fused op; ops that cost the same on a device share one. */
import { match, type ConvOp, type DepthwiseOp, type Op, type Rules } from '$lib/ops/op';

const shape = (op: Op): string => `${op.in[0]}x${op.in[1]}x${op.in[2]}>${op.out[0]}x${op.out[1]}x${op.out[2]}`;

/** Dilation is named only where it is more than 1; a norm or bias is always fused and costs the same. */
const windowed = (op: ConvOp | DepthwiseOp): string => {
  const window = `k${op.kernel}s${op.stride}${op.dilation > 1 ? `d${op.dilation}` : ''}`;
  return `${op.kind} ${window} ${shape(op)} ${op.nl} p${op.pad[0]}.${op.pad[1]}.${op.pad[2]}.${op.pad[3]}`;
};

const plain = (op: Op): string => `${op.kind} ${shape(op)}`;

const rules: Rules<string> = {
  conv: windowed,
  depthwise: windowed,
  dense: (op) => `${plain(op)} ${op.nl}`,
  transposedConv: (op) => `${plain(op)} k${op.kernel} ${op.nl}`,
  pool: plain,
  averagePool: (op) => `${plain(op)} k${op.kernel.join('.')} s${op.stride.join('.')}`,
  resize: plain,
  // Gates of one pixel, as in SE, are not named.
  multiply: (op) => `${plain(op)}${op.gate[0] * op.gate[1] > 1 ? ` by ${op.gate[0]}x${op.gate[1]}` : ''}`,
  add: plain,
  concat: (op) => `${plain(op)} ${op.axis} ${op.inputs.length}`
};

/** 'depthwise k3s2 28x28x72>14x14x72 relu p0.1.0.1': kind, window, shapes, NL and pads, without ids or norm constants. */
export function opKey(op: Op): string {
  return match(op, rules);
}

/** One op for each distinct key, in order of first appearance. */
export function distinctOps(ops: Iterable<Op>): ReadonlyMap<string, Op> {
  const found = new Map<string, Op>();
  for (const op of ops) {
    const key = opKey(op);
    if (!found.has(key)) found.set(key, op);
  }
  return found;
}

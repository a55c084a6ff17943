/** @file Step 3, cost: parameters, multiply-adds and memory of ops, in the convention of the MobileNet papers. */
import { match, type ConvOp, type DepthwiseOp, type Op, type Rules } from '$lib/ops/op';

/** Counts for batch 1: `params` are learned numbers, `buffers` running statistics, `activationBytes` float32 outputs. */
export interface Cost {
  readonly params: number;
  readonly buffers: number;
  /** Multiply-adds of convolutions and dense layers, SE included; no bias, norm, activation, pool, resize, scale or add. */
  readonly madds: number;
  readonly activationBytes: number;
}

const bytes = (op: Op): number => 4 * op.out[0] * op.out[1] * op.out[2];
const free = (op: Op): Cost => ({ params: 0, buffers: 0, madds: 0, activationBytes: bytes(op) });

const windowed = (op: ConvOp | DepthwiseOp, weights: number): Cost => {
  const channels = op.out[2];
  const own = op.norm ? 2 * channels : op.bias ? channels : 0;
  return {
    params: weights + own,
    buffers: op.norm ? 2 * channels : 0,
    madds: weights * op.out[0] * op.out[1],
    activationBytes: bytes(op)
  };
};

const rules: Rules<Cost> = {
  conv: (op) => windowed(op, op.kernel * op.kernel * op.in[2] * op.out[2]),
  depthwise: (op) => windowed(op, op.kernel * op.kernel * op.out[2]),
  transposedConv: (op) => {
    const weights = op.kernel * op.kernel * op.in[2] * op.out[2];
    // Windows do not overlap: each input pixel meets every weight once.
    const madds = weights * op.in[0] * op.in[1];
    return { params: weights + op.out[2], buffers: 0, madds, activationBytes: bytes(op) };
  },
  dense: (op) => {
    const weights = op.in[2] * op.out[2];
    return { params: weights + (op.bias ? op.out[2] : 0), buffers: 0, madds: weights, activationBytes: bytes(op) };
  },
  pool: free,
  averagePool: free,
  resize: free,
  multiply: free,
  add: free,
  concat: free
};

/** The cost of one op. */
export function costOf(op: Op): Cost {
  return match(op, rules);
}

/** The sum over ops; a network's cost when given all its ops. */
export function totalCost(ops: readonly Op[]): Cost {
  let params = 0;
  let buffers = 0;
  let madds = 0;
  let activationBytes = 0;
  for (const op of ops) {
    const cost = costOf(op);
    params += cost.params;
    buffers += cost.buffers;
    madds += cost.madds;
    activationBytes += cost.activationBytes;
  }
  return { params, buffers, madds, activationBytes };
}

/** The cost of each column of the table: stem (zero for a single block), rows, head layers. */
export function columnCosts(ops: readonly Op[]): readonly Cost[] {
  const columns: Op[][] = [];
  for (const op of ops) (columns[op.column] ??= []).push(op);
  return Array.from(columns, (column) => totalCost(column ?? []));
}

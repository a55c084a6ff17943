/** @file Step 3, cost: parameters, multiply-adds and memory of ops, in the convention of the MobileNet papers. */
import { match, type Op, type Rules } from '$lib/ops/op';

/** Counts for batch 1: `params` are learned numbers, `buffers` running statistics, `activationBytes` float32 outputs. */
export interface Cost {
  readonly params: number;
  readonly buffers: number;
  /** Multiply-adds of convolutions and dense layers, SE included; no bias, norm, activation, pool, scale or add. */
  readonly madds: number;
  readonly activationBytes: number;
}

const bytes = (op: Op): number => 4 * op.out[0] * op.out[1] * op.out[2];
const free = (op: Op): Cost => ({ params: 0, buffers: 0, madds: 0, activationBytes: bytes(op) });

const rules: Rules<Cost> = {
  conv: (op) => {
    const weights = op.kernel * op.kernel * op.in[2] * op.out[2];
    const channels = op.out[2];
    const madds = weights * op.out[0] * op.out[1];
    return { params: weights + 2 * channels, buffers: 2 * channels, madds, activationBytes: bytes(op) };
  },
  depthwise: (op) => {
    const channels = op.out[2];
    const weights = op.kernel * op.kernel * channels;
    const madds = weights * op.out[0] * op.out[1];
    return { params: weights + 2 * channels, buffers: 2 * channels, madds, activationBytes: bytes(op) };
  },
  dense: (op) => {
    const weights = op.in[2] * op.out[2];
    return { params: weights + op.out[2], buffers: 0, madds: weights, activationBytes: bytes(op) };
  },
  pool: free,
  multiply: free,
  add: free
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

/** The cost of each column of the table: stem, rows, head layers. */
export function columnCosts(ops: readonly Op[]): readonly Cost[] {
  const columns: Op[][] = [];
  for (const op of ops) (columns[op.column] ??= []).push(op);
  return columns.map(totalCost);
}

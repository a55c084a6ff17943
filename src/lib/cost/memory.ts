/** @file Step 3, cost: activation memory at its peak, in the best order of execution. */
import type { Shape } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import { bestOrder } from './best-order';
import { peakOf, type Run, type Step } from './liveness';

/** Float32, batch 1; the picture counts while it is read. */
export interface PeakMemory {
  readonly peakBytes: number;
  /** The op that runs at the peak. */
  readonly at: string;
  /** Ids of the ops in the order that reaches this peak. */
  readonly order: readonly string[];
  /** No order needs less; false where a graph has too many orders to look at, and then `order` is the given one. */
  readonly exact: boolean;
}

const bytesOf = ([height, width, channels]: Shape): number => 4 * height * width * channels;

/** Norm and activation are part of their op; only scaling and adding may write over what they read. */
const stepOf = (op: Op): Step => ({
  id: op.id,
  inputs: op.inputs,
  bytes: bytesOf(op.out),
  overwrites: op.kind === 'add' ? op.inputs : op.kind === 'multiply' ? op.inputs.slice(0, 1) : []
});

function runOf(ops: readonly Op[], outputs: readonly string[] | undefined): Run {
  const read = new Set(ops.flatMap((op) => op.inputs));
  const first = ops.find((op) => op.inputs.includes(''));
  return {
    steps: ops.map(stepOf),
    pictureBytes: first ? bytesOf(first.in) : 0,
    outputs: outputs ?? ops.filter((op) => !read.has(op.id)).map((op) => op.id)
  };
}

/**
 * Least peak of activation memory over all orders of execution of a lowered table. `outputs` are kept to the end: where
 * absent, every map that no op reads.
 */
export function peakMemory(ops: readonly Op[], outputs?: readonly string[]): PeakMemory {
  const run = runOf(ops, outputs);
  const { steps, exact } = bestOrder(run);
  return { ...peakOf({ ...run, steps }), order: steps.map((step) => step.id), exact };
}

/** The peak in the given order of ops. */
export function peakInOrder(ops: readonly Op[], outputs?: readonly string[]): Omit<PeakMemory, 'exact'> {
  return { ...peakOf(runOf(ops, outputs)), order: ops.map((op) => op.id) };
}

/** @file Command line: everything known about a network's layers without running it, as `--json` prints it. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { costOf, totalCost } from '$lib/cost/cost';
import { countAs } from '$lib/cost/count-as';
import { arithmeticIntensity } from '$lib/cost/intensity';
import { peakMemory } from '$lib/cost/memory';
import { receptiveFields, type ReceptiveField } from '$lib/cost/receptive-field';
import { lowerWithOutputs } from '$lib/ops/lower';

/** One op; memory in bytes of its float32 output, intensity in multiply-adds per byte moved. */
export interface Layer {
  readonly id: string;
  readonly op: string;
  readonly out: Shape;
  readonly params: number;
  readonly madds: number;
  readonly activationBytes: number;
  readonly receptiveField: ReceptiveField | null;
  readonly intensity: number;
}

/** A network with its totals and layers. */
export interface Layers {
  readonly name: string;
  readonly input: Shape;
  readonly params: number;
  readonly trainableParams: number;
  readonly madds: number;
  readonly activationBytes: number;
  readonly layers: readonly Layer[];
  readonly classes: number;
  /** Running statistics of batch norms. */
  readonly buffers: number;
  /** The counts of other conventions. */
  readonly fvcore: number;
  readonly ptflops: number;
  /** Least activation memory over all orders of execution, and the op at which it is needed. */
  readonly peakBytes: number;
  readonly peakAt: string;
  /** False where there were too many orders to look at: the peak is that of the order as listed. */
  readonly peakExact: boolean;
  /** Ids of the ops whose maps are the answer. */
  readonly outputs: readonly string[];
}

/** Counts a network. */
export function layersOf(arch: Architecture): Layers {
  const { ops, outputs } = lowerWithOutputs(arch);
  const { params, buffers, madds, activationBytes } = totalCost(ops);
  const fields = receptiveFields(ops);
  const intensities = arithmeticIntensity(ops);
  const peak = peakMemory(ops, outputs);
  const layers = ops.map((op, i): Layer => {
    const cost = costOf(op);
    return {
      id: op.id,
      op: op.kind,
      out: op.out,
      params: cost.params,
      madds: cost.madds,
      activationBytes: cost.activationBytes,
      receptiveField: fields.get(op.id) ?? null,
      intensity: intensities[i]?.intensity ?? 0
    };
  });
  const { name, input, classes } = arch;
  const totals = { name, input, params, trainableParams: params, madds, activationBytes };
  const counts = { buffers, fvcore: countAs(arch, 'fvcore'), ptflops: countAs(arch, 'ptflops') };
  const peaks = { peakBytes: peak.peakBytes, peakAt: peak.at, peakExact: peak.exact };
  return { ...totals, layers, classes, ...counts, ...peaks, outputs };
}

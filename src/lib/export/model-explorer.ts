/** @file Step 8, export: times of ops as node data of Google's Model Explorer, laid over the exported graph. */
import type { Architecture } from '$lib/arch/architecture';
import { heatColours } from '$lib/diagram/colours';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';

/** Times of single ops in milliseconds by op id, and how they were come by. */
export interface OpTimes {
  readonly msPerOp: Readonly<Record<string, number>>;
  readonly kind: 'measured' | 'predicted';
  /** Device, runtime and resolution, as the times are introduced on the page. */
  readonly setting: string;
}

/**
 * The nodes that an op became in an exported file, the one that does its work first: output tensor names, which Model
 * Explorer knows from both formats, or node ids (in TFLite the place of the operator, in ONNX the node's name).
 */
export type NodeKeys = Readonly<Record<string, readonly string[]>>;

/** One graph's data (`GraphNodeData` of node_data_builder.py in google-ai-edge/model-explorer). */
interface GraphNodeData {
  readonly name: string;
  readonly results: Readonly<Record<string, { readonly value: number }>>;
  readonly gradient: readonly { readonly stop: number; readonly bgColor: string; readonly textColor: string }[];
}

/**
 * Node data as JSON text for a file with one graph; its name says measured or predicted. The time of an op that became
 * several nodes stands at the first of them, so that sums over a group count it once; ops without a time or a node are
 * left out. Throws where a time is no number of milliseconds.
 */
export function toModelExplorer(arch: Architecture, times: OpTimes, nodeKeys: NodeKeys): string {
  const results = lower(arch).flatMap(({ id }): [string, { value: number }][] => {
    const ms = Object.hasOwn(times.msPerOp, id) ? times.msPerOp[id] : undefined;
    const key = Object.hasOwn(nodeKeys, id) ? nodeKeys[id]?.[0] : undefined;
    if (ms === undefined || key === undefined) return [];
    if (!(ms >= 0 && ms < Infinity)) throw new Error(`time of ${id}: must be milliseconds, got ${ms}`);
    return [[key, { value: ms }]];
  });
  const words = { name: arch.name, setting: times.setting };
  const colours = heatColours('light');
  const data: GraphNodeData = {
    name: times.kind === 'measured' ? m.listing_times_measured(words) : m.listing_times_predicted(words),
    results: Object.fromEntries(results),
    gradient: colours.map(({ fill, ink }, i) => ({ stop: i / (colours.length - 1), bgColor: fill, textColor: ink }))
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

/** @file Step 8, export: which values of a graph are 8-bit integers, and on which grid. */
import type { LiteGraph, LiteNode } from '../tflite/lite-graph';
import { activationScale, sigmoidScale, type ActivationScale, type Range } from './activations';

/** The grid of every value that is kept in 8 bits; values that are not here are floats. */
export type QuantizationPlan = ReadonlyMap<string, ActivationScale>;

/** Nodes that only move numbers, or may not change their grid: result and inputs share one. */
const keepsGrid = (node: LiteNode): boolean =>
  node.kind === 'reshape' ||
  node.kind === 'concat' ||
  node.kind === 'pad' ||
  node.kind === 'resize' ||
  node.kind === 'averagePool';

/** Joins names into groups; every group is known by one of its names. */
class Groups {
  private readonly parent = new Map<string, string>();

  of(name: string): string {
    let at = name;
    for (let up = this.parent.get(at); up !== undefined; up = this.parent.get(at)) at = up;
    return at;
  }

  join(a: string, b: string): void {
    const [one, other] = [this.of(a), this.of(b)];
    if (one !== other) this.parent.set(one, other);
  }
}

/**
 * Grids for every value but those that only nodes kept in floats give and read; answers have one always. `ranges` holds what was seen of each value (the picture under
 * the empty name); throws where a value was never seen.
 */
export function planQuantization(
  graph: LiteGraph,
  ranges: ReadonlyMap<string, Range>,
  floats: ReadonlySet<string>
): QuantizationPlan {
  const kept = graph.nodes.filter(({ name }) => !floats.has(name));
  const groups = new Groups();
  for (const node of kept) if (keepsGrid(node)) for (const input of node.inputs) groups.join(node.name, input);
  const fixed = new Set<string>();
  for (const node of kept) if (node.kind === 'activation' && node.nl === 'sigmoid') fixed.add(groups.of(node.name));
  const wide = new Map<string, Range>();
  const names = new Set(['', ...graph.outputs, ...kept.flatMap(({ name, inputs }) => [name, ...inputs])]);
  for (const name of names) {
    const range = ranges.get(name);
    if (!range) throw new Error(`quantization plan: ${name || 'the picture'} must have a range`);
    const [low, high] = wide.get(groups.of(name)) ?? range;
    wide.set(groups.of(name), [Math.min(low, range[0]), Math.max(high, range[1])]);
  }
  return new Map(
    [...names].map((name) => {
      const group = groups.of(name);
      return [name, fixed.has(group) ? sigmoidScale : activationScale(wide.get(group) ?? [0, 0])];
    })
  );
}

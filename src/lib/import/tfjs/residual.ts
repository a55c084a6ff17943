/** @file Import: undoes an optimiser's rewrite that adds a convolution's shift only after the residual sum. */
import type { Graph, GraphNode } from '../graph/graph';

/** What a constant may be added to before the sum as well as after it. */
const linear: readonly string[] = ['conv', 'depthwise', 'dense', 'scale', 'shift'];

/** Moves every shift of a sum read by it alone onto the latest summand that nobody else reads. */
export function shiftsBeforeSums(graph: Graph): Graph {
  const reads = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]) {
    reads.set(name, (reads.get(name) ?? 0) + 1);
  }
  const place = new Map(graph.nodes.map((node, index) => [node.name, index]));
  const nodes: (GraphNode | null)[] = [...graph.nodes];
  for (const [index, shift] of graph.nodes.entries()) {
    if (shift.kind !== 'shift') continue;
    const sumAt = place.get(shift.inputs[0] ?? '') ?? -1;
    const sum = nodes[sumAt];
    if (sum?.kind !== 'add' || reads.get(sum.name) !== 1) continue;
    const [summand] = sum.inputs
      .map((name) => place.get(name) ?? -1)
      .filter((at) => linear.includes(nodes[at]?.kind ?? '') && reads.get(nodes[at]?.name ?? '') === 1)
      .toSorted((a, b) => b - a);
    const before = summand === undefined ? null : nodes[summand];
    if (!before) continue;
    const name = sum.name;
    nodes[sumAt] = { ...shift, name, inputs: [before.name], out: before.out };
    nodes[index] = {
      ...sum,
      name: shift.name,
      inputs: sum.inputs.map((input) => (input === before.name ? name : input))
    };
  }
  return { ...graph, nodes: nodes.filter((node) => node !== null) };
}

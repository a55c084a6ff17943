/** @file Import: activations that a file spells out in several nodes, put together again. */
import type { Activation } from '$lib/ops/op';
import type { Graph, GraphNode } from './graph';

const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-4;

/** Whether the node multiplies by, or adds, this one number. */
const isConstant = (node: GraphNode | undefined, kind: 'scale' | 'shift', value: number): boolean =>
  node?.kind === kind && node.values.every((own) => near(own, value));

/** What x · gate(x + 3) / 6 is called, by its gate. */
const swishes: Readonly<Partial<Record<Activation, Activation>>> = { relu6: 'hardSwish', sigmoid: 'shiftedSwish' };

class Idioms {
  private readonly nodes: Map<string, GraphNode>;
  private readonly reads = new Map<string, number>();

  constructor(private readonly graph: Graph) {
    this.nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]) {
      this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
    }
  }

  run(): Graph {
    for (const node of this.graph.nodes) {
      if (node.kind === 'multiply') this.gated(node);
      else if (node.kind === 'scale' && !this.hardSigmoid(node)) this.hardSwish(node);
    }
    return { ...this.graph, nodes: [...this.nodes.values()] };
  }

  /** The node before, if nobody else reads it. */
  private before(node: GraphNode | undefined, index = 0): GraphNode | undefined {
    const name = node?.inputs[index] ?? '';
    return this.reads.get(name) === 1 ? this.nodes.get(name) : undefined;
  }

  private replace(
    node: GraphNode,
    from: string,
    by: { readonly nl: Activation; readonly gone: readonly string[] }
  ): true {
    for (const name of by.gone) this.nodes.delete(name);
    this.nodes.set(node.name, { kind: 'activation', nl: by.nl, name: node.name, inputs: [from], out: node.out });
    return true;
  }

  /** The names of relu6(x + 3), or of another activation of x + 3, back from its end, and x. */
  private shifted(end: GraphNode | undefined): { readonly x: string; readonly gone: readonly string[] } | null {
    if (end?.kind !== 'activation') return null;
    const shift = this.before(end);
    return shift && isConstant(shift, 'shift', 3) ? { x: shift.inputs[0] ?? '', gone: [end.name, shift.name] } : null;
  }

  /** relu6(x + 3) / 6. */
  private hardSigmoid(node: GraphNode): boolean {
    const end = isConstant(node, 'scale', 1 / 6) ? this.before(node) : undefined;
    const found = end?.kind === 'activation' && end.nl === 'relu6' ? this.shifted(end) : null;
    return found !== null && this.replace(node, found.x, { nl: 'hardSigmoid', gone: found.gone });
  }

  /** x · relu6(x + 3), then / 6, or the same with a sigmoid. */
  private hardSwish(node: GraphNode): void {
    const product = isConstant(node, 'scale', 1 / 6) ? this.before(node) : undefined;
    if (product?.kind !== 'multiply' || product.nl !== 'linear') return;
    for (const index of [0, 1]) {
      const gate = this.before(product, index);
      const found = this.shifted(gate);
      const nl = gate?.kind === 'activation' ? swishes[gate.nl] : undefined;
      if (!found || !nl || found.x !== product.inputs[1 - index]) continue;
      this.replace(node, found.x, { nl, gone: [...found.gone, product.name] });
      return;
    }
  }

  /** x · hardSigmoid(x) or x · sigmoid(x). */
  private gated(node: GraphNode & { kind: 'multiply' | 'add' }): void {
    if (node.nl !== 'linear') return;
    for (const index of [0, 1]) {
      const gate = this.before(node, index);
      if (gate?.kind !== 'activation' || gate.inputs[0] !== node.inputs[1 - index]) continue;
      const nl = gate.nl === 'hardSigmoid' ? 'hardSwish' : gate.nl === 'sigmoid' ? 'swish' : null;
      if (nl) this.replace(node, gate.inputs[0] ?? '', { nl, gone: [gate.name] });
      if (nl) return;
    }
  }
}

/** The graph with h-swish, hard sigmoid and swish as one activation each (MobileNetV3 §5.2). */
export function joinIdioms(graph: Graph): Graph {
  return new Idioms(graph).run();
}

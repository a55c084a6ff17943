/** @file Import: finds the activations that TensorFlow writes as several operations: hard sigmoid, h-swish and swish. */
import type { Activation } from '$lib/ops/op';
import type { ActivationNode, Graph, GraphNode } from './graph';

const all = (values: Float32Array, wanted: number): boolean =>
  values.length > 0 && values.every((value) => Math.abs(value - wanted) < 1e-4);

/** A graph whose nodes can be replaced by simpler ones. */
class Rewriter {
  private readonly nodes: Map<string, GraphNode>;
  private readonly reads = new Map<string, number>();

  constructor(private readonly graph: Graph) {
    this.nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]) {
      this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
    }
  }

  run(): Graph {
    for (const node of this.graph.nodes) this.take(node);
    return { ...this.graph, nodes: [...this.nodes.values()] };
  }

  /** The node of a name that nobody else reads. */
  private own(name: string | undefined): GraphNode | undefined {
    return this.reads.get(name ?? '') === 1 ? this.nodes.get(name ?? '') : undefined;
  }

  /** relu6(x + 3): the name of x and those of the two nodes. */
  private clipped(name: string | undefined): { readonly from: string; readonly gone: readonly string[] } | null {
    const clip = this.own(name);
    const shift = clip?.kind === 'activation' && clip.nl === 'relu6' ? this.own(clip.inputs[0]) : undefined;
    if (!clip || shift?.kind !== 'shift' || !all(shift.values, 3)) return null;
    return { from: shift.inputs[0] ?? '', gone: [clip.name, shift.name] };
  }

  private become(node: GraphNode, nl: Activation, place: { from: string; gone: readonly string[] }): void {
    const { name, out } = node;
    const simpler: ActivationNode = { kind: 'activation', name, inputs: [place.from], out, nl };
    this.nodes.set(name, simpler);
    for (const one of place.gone) this.nodes.delete(one);
  }

  private take(node: GraphNode): void {
    if (node.kind === 'scale' && all(node.values, 1 / 6)) this.takeSixth(node);
    else if (node.kind === 'multiply' && node.nl === 'linear') this.takeProduct(node);
  }

  /** relu6(x + 3) / 6 is the hard sigmoid, x relu6(x + 3) / 6 is h-swish. */
  private takeSixth(node: GraphNode): void {
    const gate = this.clipped(node.inputs[0]);
    if (gate) {
      this.become(node, 'hardSigmoid', gate);
      return;
    }
    const product = this.own(node.inputs[0]);
    if (product?.kind !== 'multiply') return;
    for (const [clip, other] of [product.inputs, product.inputs.toReversed()]) {
      const found = this.clipped(clip);
      if (found && found.from === other) {
        this.become(node, 'hardSwish', { from: other, gone: [...found.gone, product.name] });
        return;
      }
    }
  }

  /** x times its own gate. */
  private takeProduct(node: GraphNode): void {
    for (const [gated, other] of [node.inputs, node.inputs.toReversed()]) {
      const gate = this.own(gated);
      if (gate?.kind !== 'activation' || gate.inputs[0] !== other) continue;
      if (gate.nl !== 'hardSigmoid' && gate.nl !== 'sigmoid') continue;
      const nl = gate.nl === 'sigmoid' ? 'swish' : 'hardSwish';
      this.become(node, nl, { from: other ?? '', gone: [gate.name] });
      return;
    }
  }
}

/** Writes activations spread over several nodes as one. */
export function gathered(graph: Graph): Graph {
  return new Rewriter(graph).run();
}

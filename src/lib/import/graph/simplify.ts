/** @file Import: a foreign graph with everything folded that no table has a column for: norms, activations, pads, reshapes. */
import { m } from '$paraglide/messages';
import { NotUnderstood, type Graph, type GraphNode } from './graph';
import { activated, channelsOf, isWeighted, scaled, shifted, type WeightedNode } from './fold';
import { joinIdioms } from './idioms';
import { asMap } from './map';
import { affineAfter, formulaOf, type Affine } from './picture-scale';

/** The simplified graph and what was left out of it, in words. */
export interface Simplified {
  readonly graph: Graph;
  readonly notes: readonly string[];
}

/** How often each number of the weights may be multiplied on its way into the table; norms need it once. */
const mostTurns = 10;

/** Numbers that a graph may multiply in all: a constant folded a thousand times into the same weights is an attack. */
function workOf({ nodes }: Graph): number {
  const weights = new Set(nodes.flatMap((node) => (isWeighted(node) ? [node.weight.data] : [])));
  let numbers = 0;
  for (const { length } of weights) numbers += length;
  return 500_000 + mostTurns * numbers;
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

class Simplifier {
  /** Kept nodes by name, in order. */
  private readonly kept = new Map<string, GraphNode>();
  /** A name that is gone: the name kept in its place, and whether nobody read the value under another name. */
  private readonly alias = new Map<string, { readonly to: string; readonly alone: boolean }>();
  private readonly reads = new Map<string, number>();
  private readonly notes = new Set<string>();
  /** How the picture has been scaled, by the node that gives it so. */
  private readonly pictures = new Map<string, Affine>();

  private left: number;

  constructor(private readonly graph: Graph) {
    this.left = workOf(graph);
    for (const name of [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs]) {
      this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
    }
  }

  run(): Simplified {
    for (const node of this.graph.nodes)
      this.take({ ...node, inputs: node.inputs.map((name) => this.resolve(name)) }, node);
    for (const [node, affine] of this.pictures)
      this.notes.add(m.import_input_scale({ node, formula: formulaOf(affine) }));
    const outputs = this.graph.outputs.map((name) => this.trimmed(this.resolve(name)));
    return { graph: { ...this.graph, nodes: [...this.kept.values()], outputs }, notes: [...this.notes] };
  }

  private resolve(name: string): string {
    return this.alias.get(name)?.to ?? name;
  }

  /** Whether the value of `name`, however it was called on the way, is read here alone. */
  private alone(name: string): boolean {
    return this.reads.get(name) === 1 && (this.alias.get(name)?.alone ?? true);
  }

  /** `node` with resolved inputs; `raw` as the file names them. */
  private take(node: GraphNode, raw: GraphNode): void {
    const [from = ''] = node.inputs;
    const source = this.kept.get(from);
    const shape = source ? source.out : this.graph.input;
    const alone = this.alone(raw.inputs[0] ?? '');
    if (node.kind === 'reshape') {
      if (count(shape) !== count(node.out)) throw new NotUnderstood(node.name, m.import_reshape());
      this.alias.set(node.name, { to: from, alone });
    } else if ((node.kind === 'scale' || node.kind === 'shift') && !source) {
      this.scalePicture(node, raw.inputs[0] ?? '');
      this.alias.set(node.name, { to: '', alone });
    } else if (node.kind === 'scale' || node.kind === 'shift' || node.kind === 'activation') {
      if (!this.fold(node, source, alone)) this.keep(node);
    } else if (
      source?.kind === 'pad' &&
      (node.kind === 'conv' || node.kind === 'depthwise') &&
      node.padding === 'valid'
    ) {
      this.kept.delete(from);
      this.keep({ ...node, inputs: source.inputs, padding: source.pad });
    } else this.keep(node);
  }

  private keep(node: GraphNode): void {
    this.kept.set(node.name, { ...node, out: asMap(node.name, node.out) });
  }

  /** Left out of the table, which reads scaled pictures; a note says how this file scales them. */
  private scalePicture(node: GraphNode & { kind: 'scale' | 'shift' }, from: string): void {
    this.pictures.set(node.name, affineAfter(this.pictures.get(from), node));
    this.pictures.delete(from);
  }

  /** Folds into the node before; false where it cannot be. */
  private fold(
    node: GraphNode & { kind: 'scale' | 'shift' | 'activation' },
    source: GraphNode | undefined,
    alone: boolean
  ): boolean {
    if (!isWeighted(source) || !alone) return false;
    this.left -= node.kind === 'scale' ? source.weight.data.length : channelsOf(source);
    if (this.left < 0) throw new NotUnderstood(node.name, m.import_work());
    const folded = this.folded(node, source);
    if (!folded) return false;
    this.kept.set(source.name, folded);
    this.alias.set(node.name, { to: source.name, alone });
    return true;
  }

  /** The node with the other folded in; relu6(x + 3) / 6 becomes a hard sigmoid of x. */
  private folded(
    node: GraphNode & { kind: 'scale' | 'shift' | 'activation' },
    source: WeightedNode
  ): WeightedNode | null {
    const sixth = node.kind === 'scale' && node.values.every((value) => Math.abs(value - 1 / 6) < 1e-4);
    if (source.nl === 'relu6' && sixth) return activated(shifted(source, Float32Array.of(-3)), 'hardSigmoid');
    if (source.nl !== 'linear') return null;
    if (node.kind === 'activation') return activated(source, node.nl);
    if (node.values.length !== 1 && node.values.length !== channelsOf(source)) return null;
    return node.kind === 'scale' ? scaled(source, node.values) : shifted(source, node.values);
  }

  /** The output without the softmax or argmax at its end. */
  private trimmed(output: string): string {
    for (let name = output; ;) {
      const node = this.kept.get(name);
      if (node?.kind !== 'softmax' && node?.kind !== 'argmax') return name;
      this.notes.add(m.import_end_left_out({ node: node.name, kind: node.kind }));
      this.kept.delete(name);
      name = node.inputs[0] ?? '';
    }
  }
}

/** Throws where a name comes twice or a node is read before it. */
function mustBeOrdered(graph: Graph): void {
  const known = new Set(['']);
  for (const { name, inputs } of graph.nodes) {
    if (known.has(name) || !inputs.every((input) => known.has(input))) throw new NotUnderstood(name, m.import_order());
    known.add(name);
  }
}

/** Folds a graph; throws `NotUnderstood` where a shape cannot be a map. */
export function simplify(graph: Graph): Simplified {
  mustBeOrdered(graph);
  return new Simplifier(joinIdioms(graph)).run();
}

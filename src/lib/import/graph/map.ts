/** @file Import: maps between the nodes of a foreign graph: their shapes, their padding, who reads them. */
import type { Shape } from '$lib/arch/architecture';
import type { Pad } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import { NotUnderstood, type Graph, type GraphNode, type GraphPadding, type Pair } from './graph';

/** A shape without batch as height, width, channels: [c] is a 1x1 map, [n, c] is n rows. */
export function asMap(where: string, shape: readonly number[]): Shape {
  const inner = [...shape];
  while (inner.length > 3 && inner[0] === 1) inner.shift();
  const [a = 1, b = 1, c = 1] = inner;
  if (inner.length > 3 || inner.length === 0) throw new NotUnderstood(where, m.import_rank({ shape: shape.join('×') }));
  if (inner.length === 3) return [a, b, c];
  return inner.length === 2 ? [1, a, b] : [1, 1, a];
}

/** Zeros around a map of `size` for a window: SAME puts the odd one last, as TensorFlow does. */
export function padOf(
  node: { readonly padding: GraphPadding; readonly stride: Pair; readonly dilation: Pair },
  kernel: Pair,
  size: readonly number[]
): Pad {
  if (typeof node.padding !== 'string') return node.padding;
  if (node.padding === 'valid') return [0, 0, 0, 0];
  const [top, bottom, left, right] = [0, 1].flatMap((axis) => {
    const [stride, from] = [node.stride[axis] ?? 1, size[axis] ?? 1];
    const span = ((kernel[axis] ?? 1) - 1) * (node.dilation[axis] ?? 1) + 1;
    const total = Math.max(0, (Math.ceil(from / stride) - 1) * stride + span - from);
    return [total >> 1, total - (total >> 1)];
  });
  return [top ?? 0, bottom ?? 0, left ?? 0, right ?? 0];
}

/** A graph that can be asked by name. */
export class GraphMap {
  private readonly byName = new Map<string, GraphNode>();
  private readonly readers = new Map<string, GraphNode[]>();

  constructor(readonly graph: Graph) {
    for (const node of graph.nodes) {
      this.byName.set(node.name, node);
      for (const name of new Set(node.inputs)) {
        const known = this.readers.get(name);
        if (known) known.push(node);
        else this.readers.set(name, [node]);
      }
    }
  }

  /** The node of that name; undefined for the picture. */
  node(name: string): GraphNode | undefined {
    return this.byName.get(name);
  }

  /** The map a name stands for. */
  shape(name: string): Shape {
    const node = this.byName.get(name);
    return node ? asMap(name, node.out) : this.graph.input;
  }

  /** Nodes that read `name`, in the graph's order. */
  users(name: string): readonly GraphNode[] {
    return this.readers.get(name) ?? [];
  }

  /** How many look at `name`: the nodes that read it, and the answer if it is one. */
  looks(name: string): number {
    return this.users(name).length + (this.graph.outputs.includes(name) ? 1 : 0);
  }

  /** The first reader of `name` that is of this kind and passes. */
  user<K extends GraphNode['kind']>(
    name: string,
    kind: K,
    passes: (node: GraphNode & { kind: K }) => boolean = () => true
  ): (GraphNode & { kind: K }) | undefined {
    for (const node of this.users(name)) {
      const one = node as GraphNode & { kind: K };
      if (node.kind === kind && passes(one)) return one;
    }
    return undefined;
  }
}

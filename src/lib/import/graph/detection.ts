/** @file Import: the end of a foreign graph that detects: scores and moves of every map, stacked in rows, boxes not yet decoded. */
import type { FileDetection } from '../tfjs/boxes';
import type { Value } from './builder';
import type { Graph, GraphNode } from './graph';

/** Numbers of a box. */
const side = 4;

type Concat = GraphNode & { readonly kind: 'concat' };

/** A graph that ends in detections, and where they are in it. */
export interface Detecting {
  readonly graph: Graph;
  readonly detection: FileDetection;
}

const valueOf = (node: GraphNode): Value => ({ name: node.name, shape: node.out });

const isRows = (node: GraphNode | undefined): node is Concat =>
  node?.kind === 'concat' && node.axis === 0 && node.out.length === 2;

/** The nodes of a graph by name, and how often each is read. */
class Ends {
  private readonly nodes: Map<string, GraphNode>;
  private readonly reads = new Map<string, number>();

  constructor(readonly graph: Graph) {
    this.nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]) {
      this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
    }
  }

  /** The node behind a name, before what only squashes its numbers or keeps them in other bits. */
  end(name: string): GraphNode | undefined {
    let node = this.nodes.get(name);
    for (let left = 4; node && left > 0; left--) {
      const before = this.nodes.get(node.inputs[0] ?? '');
      const passes = node.kind === 'softmax' || (node.kind === 'reshape' && before?.out.join() === node.out.join());
      if (!passes) return node;
      node = before;
    }
    return node;
  }

  /** What a concatenation joins, with the parts of parts that nobody else reads. */
  private parts(concat: Concat): readonly GraphNode[] {
    const found: GraphNode[] = [];
    const waiting = concat.inputs.toReversed();
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const node = this.end(name);
      const joins = node?.kind === 'concat' && node.axis === concat.axis && this.reads.get(node.name) === 1;
      if (joins) waiting.push(...node.inputs.toReversed());
      else if (node) found.push(node);
    }
    return found;
  }

  /** The concatenation of all its parts at once. */
  flat(concat: Concat): { readonly node: Concat; readonly parts: readonly GraphNode[] } {
    const parts = this.parts(concat);
    return { node: { ...concat, inputs: parts.map(({ name }) => name) }, parts };
  }

  /** The graph with these ends alone, without what only the old ends read. */
  endingIn(ends: readonly GraphNode[], output: string): Graph {
    const own = new Map(ends.map((node) => [node.name, node]));
    const needed = new Set([output]);
    const kept: GraphNode[] = [];
    const last = ends.filter(({ name }) => !this.nodes.has(name));
    for (const old of [...this.graph.nodes, ...last].toReversed()) {
      const node = own.get(old.name) ?? old;
      // What nobody reads, and nobody read before, stays: it is for the table to refuse.
      if (!needed.has(node.name) && this.reads.has(node.name)) continue;
      node.inputs.forEach((name) => needed.add(name));
      kept.push(node);
    }
    return { ...this.graph, nodes: kept.toReversed(), outputs: [output] };
  }
}

/**
 * Scores and moves where the graph ends in them, side by side in one output (scores first) or as two; null for any other
 * graph. A graph says neither default boxes nor how detections are chosen.
 */
export function detectionOf(graph: Graph): Detecting | null {
  const ends = new Ends(graph);
  const [first, second, third] = graph.outputs.map((name) => ends.end(name));
  const joined = !second && first?.kind === 'concat' && first.axis === -1 ? first : null;
  const sides = joined ? joined.inputs.map((name) => ends.end(name)) : [first, second];
  const boxes = joined ? sides[1] : sides.find((node) => node?.out[1] === side);
  const classes = joined ? sides[0] : sides.find((node) => node !== boxes);
  if (third || sides.length !== 2 || !isRows(boxes) || !isRows(classes)) return null;
  if (boxes.out[1] !== side || boxes.out[0] !== classes.out[0]) return null;
  const [scores, moves] = [ends.flat(classes), ends.flat(boxes)];
  const output: Concat = {
    kind: 'concat',
    name: joined?.name ?? `${boxes.name}#detections`,
    inputs: [classes.name, boxes.name],
    out: [boxes.out[0] ?? 0, (classes.out[1] ?? 0) + side],
    axis: -1
  };
  const detection: FileDetection = {
    output: valueOf(output),
    classes: scores.parts.map(valueOf),
    boxes: moves.parts.map(valueOf),
    anchors: null,
    scores: 'softmax'
  };
  return { graph: ends.endingIn([scores.node, moves.node, output], output.name), detection };
}

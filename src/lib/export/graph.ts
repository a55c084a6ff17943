/** @file Step 8, export: the graph a file is written from: the nodes that foreign files are read into, and batch norm. */
import type {
  ActivationNode,
  AveragePoolNode,
  ConcatNode,
  ConvNode,
  DenseNode,
  DepthwiseNode,
  Graph,
  PairNode,
  PlainNode,
  ResizeNode,
  TransposedConvNode
} from '$lib/import/graph/graph';

/** Batch norm by running statistics: gamma · (x - mean) / sqrt(variance + epsilon) + beta, each per channel. */
export interface NormNode {
  readonly kind: 'norm';
  readonly name: string;
  readonly inputs: readonly string[];
  readonly out: readonly number[];
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
  /** Share of the running statistics kept at each step of training; nothing of the answer depends on it. */
  readonly momentum: number;
}

/** The same numbers in another shape: a 1x1 map as a vector, a map [h, w, a · width] as h · w · a rows of `width`. */
export type ReshapeNode = PlainNode & { readonly kind: 'reshape' };

export type ExportNode =
  | ConvNode
  | DepthwiseNode
  | TransposedConvNode
  | DenseNode
  | PairNode
  | ActivationNode
  | AveragePoolNode
  | ResizeNode
  | ConcatNode
  | ReshapeNode
  | NormNode;

/** A walk over nodes: one rule for each kind, checked by the compiler. */
export type NodeRules<R> = { readonly [K in ExportNode['kind']]: (node: ExportNode & { kind: K }) => R };

/** Applies the rule of the node's kind. */
export function matchNode<R>(node: ExportNode, rules: NodeRules<R>): R {
  return (rules[node.kind] as (node: ExportNode) => R)(node);
}

/** Shapes (NHWC, without the batch) by name. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** Nodes in execution order; the result of an op of the table has the op's id as its name. */
export interface ExportGraph extends Omit<Graph, 'nodes'> {
  readonly nodes: readonly ExportNode[];
}

/** The shapes of a graph's values; the empty name is the picture. */
export function shapesOf({ input, nodes }: ExportGraph): Shapes {
  return new Map([['', input], ...nodes.map(({ name, out }) => [name, out] as const)]);
}

/** The shape of a value; throws where nothing has that name. */
export function shapeAt(shapes: Shapes, name: string): readonly number[] {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`export graph '${name}': must have a shape`);
  return shape;
}

/** The graph without what no output needs. */
export function withoutIdle(graph: ExportGraph): ExportGraph {
  const needed = new Set(graph.outputs);
  for (const node of graph.nodes.toReversed()) {
    if (needed.has(node.name)) node.inputs.forEach((name) => needed.add(name));
  }
  return { ...graph, nodes: graph.nodes.filter(({ name }) => needed.has(name)) };
}

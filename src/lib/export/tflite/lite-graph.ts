/** @file Step 8, export: the graph in what TensorFlow Lite can say: few activations, two paddings, sums and products with a number. */
import type { About } from '$lib/import/graph/about';
import type {
  ConcatNode,
  ConvNode,
  DenseNode,
  DepthwiseNode,
  PairNode,
  ResizeNode,
  TransposedConvNode
} from '$lib/import/graph/graph';
import type { ReshapeNode } from '../graph';

/** What an operator may do to its own result. */
export type Fused = 'linear' | 'relu' | 'relu6';

interface Base {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly out: readonly number[];
}

/** TensorFlow's two paddings; any other is a node of its own before. */
interface LiteWindow {
  readonly padding: 'same' | 'valid';
  readonly nl: Fused;
}

export type LiteConv = Omit<ConvNode, 'padding' | 'nl'> & LiteWindow;
export type LiteDepthwise = Omit<DepthwiseNode, 'padding' | 'nl'> & LiteWindow;
export type LiteDense = Omit<DenseNode, 'nl'> & { readonly nl: Fused };
/** Without an activation: only new runtimes know one there. */
export type LiteTransposedConv = Omit<TransposedConvNode, 'nl'>;
export type LitePair = Omit<PairNode, 'nl'>;

/** Adds, or multiplies by, one number. */
export interface LiteConstant extends Base {
  readonly kind: 'addConstant' | 'multiplyConstant';
  readonly value: number;
  readonly nl: Fused;
}

export interface LiteActivation extends Base {
  readonly kind: 'activation';
  readonly nl: 'relu' | 'relu6' | 'hardSwish' | 'sigmoid';
}

/** Zeros around a map: top, bottom, left, right. */
export interface LitePad extends Base {
  readonly kind: 'pad';
  readonly pad: readonly [number, number, number, number];
}

/** The mean of a whole map. */
export interface LiteMean extends Base {
  readonly kind: 'mean';
}

/** Means over windows inside the map. */
export interface LiteAveragePool extends Base {
  readonly kind: 'averagePool';
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
}

export type LiteNode =
  | LiteConv
  | LiteDepthwise
  | LiteDense
  | LiteTransposedConv
  | LitePair
  | LiteConstant
  | LiteActivation
  | LitePad
  | LiteMean
  | LiteAveragePool
  | ResizeNode
  | ConcatNode
  | ReshapeNode;

/** A walk over nodes: one rule for each kind, checked by the compiler. */
export type LiteRules<R> = { readonly [K in LiteNode['kind']]: (node: LiteNode & { kind: K }) => R };

/** Applies the rule of the node's kind. */
export function matchLite<R>(node: LiteNode, rules: LiteRules<R>): R {
  return (rules[node.kind] as (node: LiteNode) => R)(node);
}

/** Nodes in execution order. */
export interface LiteGraph {
  readonly name: string;
  /** Height, width and channels of the picture; its name is empty. */
  readonly input: readonly [number, number, number];
  readonly nodes: readonly LiteNode[];
  readonly outputs: readonly string[];
  /** What is carried along beside the graph. */
  readonly about?: About | null;
}

export type Weighted = LiteConv | LiteDepthwise | LiteDense | LiteTransposedConv;

/** Whether a node multiplies by weights. */
export function hasWeights(node: LiteNode): node is Weighted {
  return node.kind === 'conv' || node.kind === 'depthwise' || node.kind === 'dense' || node.kind === 'transposedConv';
}

/** How many filters a node has; they are the fastest axis of its weights. */
export function filterCount({ kind, weight }: Weighted): number {
  const [channels = 1, filters = 1] = weight.shape.slice(-2);
  return kind === 'depthwise' ? channels * filters : filters;
}

/** Filters that share one scale: a dense layer has one for all, which the oldest runtimes ask for. */
export const scaledFilters = (node: Weighted): number => (node.kind === 'dense' ? 1 : filterCount(node));

/**
 * Whether fast kernels multiply 8-bit weights by floats for this kind: what it reads is made 8-bit anew for each picture.
 * Depthwise filters, few as they are, would be left to kernels many times slower.
 */
export const multipliesDynamically = ({ kind }: Pick<Weighted, 'kind'>): boolean => kind === 'conv' || kind === 'dense';

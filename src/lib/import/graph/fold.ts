/** @file Import: folds what follows a weighted node (scale, shift, activation) into the node itself. */
import type { Activation } from '$lib/ops/op';
import type { ConvNode, DenseNode, DepthwiseNode, GraphNode, TransposedConvNode } from './graph';

export type WeightedNode = ConvNode | DepthwiseNode | DenseNode | TransposedConvNode;

/** Whether a node has weights. */
export function isWeighted(node: GraphNode | undefined): node is WeightedNode {
  return ['conv', 'depthwise', 'dense', 'transposedConv'].includes(node?.kind ?? '');
}

/** Channels of a weighted node's result. */
export function channelsOf({ kind, weight }: WeightedNode): number {
  const [last = 1, before = 1] = [...weight.shape].reverse();
  return kind === 'depthwise' ? before * last : last;
}

const spread = (values: Float32Array, channels: number): Float32Array =>
  values.length === channels ? values : new Float32Array(channels).fill(values[0] ?? 0);

/** The node with its result multiplied by one factor per channel; the output channel is the fastest axis of every weight. */
export function scaled<N extends WeightedNode>(node: N, values: Float32Array): N {
  const factors = spread(values, channelsOf(node));
  const data = node.weight.data.map((value, i) => value * (factors[i % factors.length] ?? 1));
  const bias = node.bias && node.bias.map((value, c) => value * (factors[c] ?? 1));
  return { ...node, weight: { ...node.weight, data }, bias };
}

/** The node with one constant per channel added to its result. */
export function shifted<N extends WeightedNode>(node: N, values: Float32Array): N {
  const added = spread(values, channelsOf(node));
  return { ...node, bias: added.map((value, c) => value + (node.bias?.[c] ?? 0)) };
}

/** The node with an activation after it. */
export function activated<N extends WeightedNode>(node: N, nl: Activation): N {
  return { ...node, nl };
}

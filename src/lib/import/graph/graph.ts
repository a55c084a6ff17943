/** @file Import: the neutral float graph that readers of foreign files give; NHWC, one picture, batch left out. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import type { Activation } from '$lib/ops/op';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import type { About } from './about';

/** Height and width of a window, a step or a gap. */
export type Pair = readonly [height: number, width: number];

/** How a window meets the border: TensorFlow's SAME, none, or zeros before and after (top, bottom, left, right). */
export type GraphPadding = 'same' | 'valid' | readonly [number, number, number, number];

interface NodeBase {
  /** Name in the file, unique; other nodes read the node by it. */
  readonly name: string;
  /** Names of the nodes read, in order; the empty string is the picture. */
  readonly inputs: readonly string[];
  /** Shape without the batch: [height, width, channels] for maps. */
  readonly out: readonly number[];
}

interface WindowNode extends NodeBase {
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: GraphPadding;
  readonly bias: Float32Array | null;
  readonly nl: Activation;
}

/** Weight [kh, kw, in, out]. */
export interface ConvNode extends WindowNode {
  readonly kind: 'conv';
  readonly weight: Tensor;
}

/** Weight [kh, kw, channels, multiplier]. */
export interface DepthwiseNode extends WindowNode {
  readonly kind: 'depthwise';
  readonly weight: Tensor;
}

/** Weight [kh, kw, in, out]: out pixel (y·s + i, x·s + j) gets the sum over in of x·w[i, j]. */
export interface TransposedConvNode extends NodeBase {
  readonly kind: 'transposedConv';
  readonly stride: Pair;
  readonly weight: Tensor;
  readonly bias: Float32Array | null;
  readonly nl: Activation;
}

/** Weight [in, out]. */
export interface DenseNode extends NodeBase {
  readonly kind: 'dense';
  readonly weight: Tensor;
  readonly bias: Float32Array | null;
  readonly nl: Activation;
}

/** Two maps, element by element; a [1, 1, c] map is spread over the other. */
export interface PairNode extends NodeBase {
  readonly kind: 'add' | 'multiply';
  readonly nl: Activation;
}

/** Multiplies by, or adds, one constant per channel (or one for all): unfolded batch norm is a scale and a shift. */
export interface AffineNode extends NodeBase {
  readonly kind: 'scale' | 'shift';
  readonly values: Float32Array;
}

export interface ActivationNode extends NodeBase {
  readonly kind: 'activation';
  readonly nl: Activation;
}

export interface AveragePoolNode extends NodeBase {
  readonly kind: 'averagePool';
  /** The whole map where it equals the map's size and nothing is padded. */
  readonly window: Pair;
  readonly stride: Pair;
  readonly padding: GraphPadding;
}

export interface ResizeNode extends NodeBase {
  readonly kind: 'resize';
  readonly centres: 'halfPixel' | 'corner' | 'alignedCorners';
}

/** `axis` counts without the batch; -1 is the last. */
export interface ConcatNode extends NodeBase {
  readonly kind: 'concat';
  readonly axis: number;
}

/** Zeros around a map. */
export interface PadNode extends NodeBase {
  readonly kind: 'pad';
  readonly pad: readonly [number, number, number, number];
}

/** `reshape` changes the shape alone; `softmax` and `argmax` act along the last axis. */
export interface PlainNode extends NodeBase {
  readonly kind: 'reshape' | 'softmax' | 'argmax';
}

export type GraphNode =
  | ConvNode
  | DepthwiseNode
  | TransposedConvNode
  | DenseNode
  | PairNode
  | AffineNode
  | ActivationNode
  | AveragePoolNode
  | ResizeNode
  | ConcatNode
  | PadNode
  | PlainNode;

/** Nodes in an order in which every node comes after those it reads. */
export interface Graph {
  readonly name: string;
  /** Height, width and channels of the picture. */
  readonly input: readonly [number, number, number];
  readonly nodes: readonly GraphNode[];
  /** Names of the nodes whose values are the answer. */
  readonly outputs: readonly string[];
  /** What the file carries along besides; null or left out where it does not. */
  readonly about?: About | null;
}

/** pixel · scale + offset. */
export interface PixelMap {
  readonly scale: number;
  readonly offset: number;
}

/** A foreign file as an editable table with its weights, or what is wrong with it. */
export type Imported =
  | {
      readonly kind: 'ok';
      readonly arch: Architecture;
      readonly tensors: Tensors;
      readonly notes: readonly string[];
      /** What a pixel of 0 to 255 is to the file: value · scale + offset; only where the file says so (8-bit inputs). */
      readonly pixels?: PixelMap;
    }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** What a file holds that no table can say; becomes an issue at the file's boundary. */
export class NotUnderstood extends Error {
  /** `where` is the name of the node (or part of the file). */
  constructor(
    readonly where: string,
    message: string
  ) {
    super(message);
  }
}

/** Runs a reader: what it could not understand becomes an issue; anything else that fails still throws. */
export function understood(read: () => Imported): Imported {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { kind: 'bad', issues: [{ path: error.where, message: error.message }] };
  }
}

/** @file Step 2, shapes: the closed set of ops a table is lowered to; every later walk is one rule table over it. */
import type { Gate, NL, Norm, Shape } from '$lib/arch/architecture';

/** Rows and columns of zeros around the input: top, bottom, left, right. */
export type Pad = readonly [top: number, bottom: number, left: number, right: number];

/** Whatever may follow a weighted op. */
export type Activation = NL | Gate;

interface OpBase {
  /** Stable name, the key of costs, tensors and timings: 'stem', 'row03.depthwise', 'head.logits'. */
  readonly id: string;
  /** Column of the table and diagram: 0 the stem, 1..n the rows, then one per head layer. */
  readonly column: number;
  /** Ids of the ops read, in order; the empty string is the input picture. */
  readonly inputs: readonly string[];
  readonly in: Shape;
  readonly out: Shape;
}

/** A window of taps `dilation` apart that moves by `stride`, with norm (or a bias of its own) and activation fused. */
interface Windowed extends OpBase {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: Pad;
  /** Null: no batch norm; then `bias` says whether the op has a bias instead. */
  readonly norm: Norm | null;
  readonly bias: boolean;
  readonly nl: Activation;
}

/** Full convolution; weight [k, k, in, out]. */
export interface ConvOp extends Windowed {
  readonly kind: 'conv';
}

/** `multiplier` filters per channel; weight [k, k, channels, multiplier]; output channel c * multiplier + m. */
export interface DepthwiseOp extends Windowed {
  readonly kind: 'depthwise';
  readonly multiplier: number;
}

/** Transposed convolution without overlap (kernel = stride), with bias; weight [k, k, in, out]. */
export interface TransposedConvOp extends OpBase {
  readonly kind: 'transposedConv';
  readonly kernel: number;
  readonly nl: Activation;
}

/** Fully connected layer on a 1x1 map; weight [in, out]. */
export interface DenseOp extends OpBase {
  readonly kind: 'dense';
  readonly bias: boolean;
  readonly nl: Activation;
}

/** Global average pool to 1x1. */
export interface PoolOp extends OpBase {
  readonly kind: 'pool';
}

/** Average pool over windows that lie inside the map. */
export interface AveragePoolOp extends OpBase {
  readonly kind: 'averagePool';
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
}

/** Bilinear resize with half-pixel centres (`align_corners=False`). */
export interface ResizeOp extends OpBase {
  readonly kind: 'resize';
}

/** Scales inputs[0] by inputs[1]: a 1x1 map of gates (SE) or a map of the same shape. */
export interface MultiplyOp extends OpBase {
  readonly kind: 'multiply';
  /** Shape of inputs[1]. */
  readonly gate: Shape;
}

/** Residual: inputs[0] + inputs[1], equal shapes. */
export interface AddOp extends OpBase {
  readonly kind: 'add';
}

/**
 * Stacks its inputs. `rows`: each [h, w, a * width] is read as h * w * a rows of `width` numbers, out [1, rows, width];
 * `channels`: inputs of equal height and width, side by side.
 */
export interface ConcatOp extends OpBase {
  readonly kind: 'concat';
  readonly axis: 'rows' | 'channels';
}

export type Op =
  ConvOp | DepthwiseOp | TransposedConvOp | DenseOp | PoolOp | AveragePoolOp | ResizeOp | MultiplyOp | AddOp | ConcatOp;

/** A walk over ops: one rule for each kind, checked by the compiler. */
export type Rules<R> = { readonly [K in Op['kind']]: (op: Op & { kind: K }) => R };

/** Applies the rule of the op's kind. */
export function match<R>(op: Op, rules: Rules<R>): R {
  return (rules[op.kind] as (op: Op) => R)(op);
}

/** @file Step 2, shapes: the closed set of ops a table is lowered to; every later walk is one rule table over it. */
import type { NL, Norm, Shape } from '$lib/arch/architecture';

/** Rows and columns of zeros around the input: top, bottom, left, right. */
export type Pad = readonly [top: number, bottom: number, left: number, right: number];

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

/** Full convolution with norm and activation fused, as every runtime runs it; weight [k, k, in, out]. */
export interface ConvOp extends OpBase {
  readonly kind: 'conv';
  readonly kernel: number;
  readonly stride: number;
  readonly pad: Pad;
  readonly norm: Norm;
  readonly nl: NL;
}

/** One filter per channel with norm and activation fused; weight [k, k, channels, 1]. */
export interface DepthwiseOp extends OpBase {
  readonly kind: 'depthwise';
  readonly kernel: number;
  readonly stride: number;
  readonly pad: Pad;
  readonly norm: Norm;
  readonly nl: NL;
}

/** Fully connected layer with bias on a 1x1 map; weight [in, out]. */
export interface DenseOp extends OpBase {
  readonly kind: 'dense';
  readonly nl: NL | 'hardSigmoid';
}

/** Global average pool to 1x1. */
export interface PoolOp extends OpBase {
  readonly kind: 'pool';
}

/** Scales every channel of inputs[0] by the gate inputs[1] (1x1 map): the excite of SE. */
export interface MultiplyOp extends OpBase {
  readonly kind: 'multiply';
}

/** Residual: inputs[0] + inputs[1], equal shapes. */
export interface AddOp extends OpBase {
  readonly kind: 'add';
}

export type Op = ConvOp | DepthwiseOp | DenseOp | PoolOp | MultiplyOp | AddOp;

/** A walk over ops: one rule for each kind, checked by the compiler. */
export type Rules<R> = { readonly [K in Op['kind']]: (op: Op & { kind: K }) => R };

/** Applies the rule of the op's kind. */
export function match<R>(op: Op, rules: Rules<R>): R {
  return (rules[op.kind] as (op: Op) => R)(op);
}

/** @file Step 8, export: what a table uses of what Keras source can say, so that nothing else is written. */
import type { Architecture, Norm } from '$lib/arch/architecture';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { Activation, ConvOp, DepthwiseOp, Op } from '$lib/ops/op';
import { args, python, pythonLiteral } from '../python-text';

/** How the convolutions of one kind use their windows and norms. */
export interface WindowUse {
  readonly used: boolean;
  readonly strided: boolean;
  readonly dilated: boolean;
  /** Both at once, which TensorFlow has not. */
  readonly thinned: boolean;
  /** Strides with a kernel that needs zeros of its own. */
  readonly padded: boolean;
  /** Some have a norm. */
  readonly normed: boolean;
  /** Some have none. */
  readonly bare: boolean;
  /** Some have another norm than the table's, or none where it has one. */
  readonly normVaries: boolean;
  /** Of those without norm some have a bias and some have none. */
  readonly biasVaries: boolean;
  /** The argument `use_bias`. */
  readonly useBias: string;
}

/** A table and what its source needs. */
export interface KerasStyle {
  readonly arch: Architecture;
  readonly ops: readonly Op[];
  readonly outputs: readonly string[];
  readonly activations: ReadonlySet<Activation>;
  readonly conv: WindowUse;
  readonly depthwise: WindowUse;
  readonly multiplied: boolean;
  /** Some convolution has a norm. */
  readonly normed: boolean;
  /** The head's own norm where it is another than the table's. */
  readonly headNorm: Norm | null;
}

/** Layers of heads that are written out as plain 1x1 convolutions, without norm and activation of their own. */
const plainHead = /^head\.(low|high|gate|.*\.predict)$/;

/** Whether the op is written through `conv_norm_act` or `depthwise_norm_act`. */
const throughFunction = (op: Op): op is ConvOp | DepthwiseOp =>
  (op.kind === 'conv' || op.kind === 'depthwise') && !plainHead.test(op.id);

const sameNorm = (a: Norm | null, b: Norm | null): boolean =>
  a === b || (a !== null && b !== null && a.epsilon === b.epsilon && a.momentum === b.momentum);

/** `use_bias` of a kind: a literal, or an expression of the arguments `norm` and `bias`. */
function useBiasOf(biases: ReadonlySet<boolean>, normed: boolean): string {
  if (biases.size === 2) return normed ? python`bias and not norm` : 'bias';
  if (!biases.has(true)) return 'False';
  return normed ? python`not norm` : 'True';
}

function windowUse(ops: readonly (ConvOp | DepthwiseOp)[], arch: Architecture): WindowUse {
  const dilates = (op: ConvOp | DepthwiseOp): boolean => op.dilation > 1 && op.kernel > 1;
  const biases = new Set(ops.flatMap((op) => (op.norm ? [] : op.bias)));
  const normed = ops.some((op) => op.norm !== null);
  return {
    used: ops.length > 0,
    strided: ops.some((op) => op.stride > 1),
    dilated: ops.some(dilates),
    thinned: ops.some((op) => dilates(op) && op.stride > 1),
    padded: arch.padding === 'symmetric' && ops.some((op) => op.stride > 1 && op.kernel > 1 && !dilates(op)),
    normed,
    bare: biases.size > 0,
    normVaries: ops.some((op) => !sameNorm(op.norm, arch.norm)),
    biasVaries: biases.size === 2,
    useBias: useBiasOf(biases, normed)
  };
}

/** Looks through a table. */
export function kerasStyle(arch: Architecture): KerasStyle {
  const { ops, outputs } = lowerWithOutputs(arch);
  const windowed = ops.filter(throughFunction);
  const headNorm = windowed.find((op) => op.norm && !sameNorm(op.norm, arch.norm))?.norm ?? null;
  return {
    arch,
    ops,
    outputs,
    activations: new Set(ops.flatMap((op) => ('nl' in op ? [op.nl] : []))),
    conv: windowUse(
      windowed.filter((op) => op.kind === 'conv'),
      arch
    ),
    depthwise: windowUse(
      windowed.filter((op) => op.kind === 'depthwise'),
      arch
    ),
    multiplied: windowed.some((op) => op.kind === 'depthwise' && op.multiplier > 1),
    normed: windowed.some((op) => op.norm !== null),
    headNorm
  };
}

/** Whether a convolution without norm has a bias unless its call says otherwise. */
export const usualBias = ({ arch }: KerasStyle): boolean => arch.norm !== null || arch.convBias;

/** The arguments that give a convolution another norm or bias than the table's; begins with a comma where there are any. */
export function normArgs(
  style: KerasStyle,
  kind: 'conv' | 'depthwise',
  { norm, bias }: { readonly norm: Norm | null; readonly bias: boolean }
): string {
  const { normVaries, biasVaries } = style[kind];
  const own = normVaries && !sameNorm(norm, style.arch.norm) && `norm=${norm ? 'HEAD_NORM' : 'None'}`;
  const said = args(own, biasVaries && norm === null && bias !== usualBias(style) && `bias=${pythonLiteral(bias)}`);
  return said && `, ${said}`;
}

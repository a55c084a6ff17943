/** @file Step 2, shapes: which tensors an op owns; the one home of their names, shapes and roles. */
import { match, type ConvOp, type DepthwiseOp, type Op, type Rules } from './op';

export type TensorRole = 'weight' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';

/** A tensor's full name ('row03.expand.weight'), shape and role. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: TensorRole;
  /** Learned by gradient; running statistics are not. */
  readonly trainable: boolean;
}

const spec = (op: Op, role: TensorRole, shape: readonly number[]): TensorSpec => ({
  name: `${op.id}.${role}`,
  shape,
  role,
  trainable: role !== 'mean' && role !== 'variance'
});

const windowed = (op: ConvOp | DepthwiseOp, weight: readonly number[]): TensorSpec[] => {
  const channels = [op.out[2]];
  const filters = spec(op, 'weight', weight);
  if (!op.norm) return op.bias ? [filters, spec(op, 'bias', channels)] : [filters];
  return [
    filters,
    spec(op, 'gamma', channels),
    spec(op, 'beta', channels),
    spec(op, 'mean', channels),
    spec(op, 'variance', channels)
  ];
};

const none = (): TensorSpec[] => [];

const rules: Rules<TensorSpec[]> = {
  conv: (op) => windowed(op, [op.kernel, op.kernel, op.in[2], op.out[2]]),
  depthwise: (op) => windowed(op, [op.kernel, op.kernel, op.in[2], op.multiplier]),
  transposedConv: (op) => [
    spec(op, 'weight', [op.kernel, op.kernel, op.in[2], op.out[2]]),
    spec(op, 'bias', [op.out[2]])
  ],
  dense: (op) => {
    const weight = spec(op, 'weight', [op.in[2], op.out[2]]);
    return op.bias ? [weight, spec(op, 'bias', [op.out[2]])] : [weight];
  },
  pool: none,
  averagePool: none,
  resize: none,
  multiply: none,
  add: none,
  concat: none
};

/** The tensors an op owns, in storage order. */
export function tensorsOf(op: Op): TensorSpec[] {
  return match(op, rules);
}

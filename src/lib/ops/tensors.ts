/** @file Step 2, shapes: which tensors an op owns; the one home of their names, shapes and roles. */
import { match, type ConvOp, type DenseOp, type DepthwiseOp, type Op, type Rules } from './op';

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

const normed = (op: ConvOp | DepthwiseOp, weight: readonly number[]): TensorSpec[] => {
  const channels = [op.out[2]];
  return [
    spec(op, 'weight', weight),
    spec(op, 'gamma', channels),
    spec(op, 'beta', channels),
    spec(op, 'mean', channels),
    spec(op, 'variance', channels)
  ];
};

const rules: Rules<TensorSpec[]> = {
  conv: (op) => normed(op, [op.kernel, op.kernel, op.in[2], op.out[2]]),
  depthwise: (op) => normed(op, [op.kernel, op.kernel, op.in[2], 1]),
  dense: (op: DenseOp) => [spec(op, 'weight', [op.in[2], op.out[2]]), spec(op, 'bias', [op.out[2]])],
  pool: () => [],
  multiply: () => [],
  add: () => []
};

/** The tensors an op owns, in storage order. */
export function tensorsOf(op: Op): TensorSpec[] {
  return match(op, rules);
}

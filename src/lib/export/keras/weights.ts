/** @file Step 8, export: a network's tensors under the names and in the shapes of Keras' layers. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Op, TransposedConvOp } from '$lib/ops/op';
import { tensorsOf, type TensorRole } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { layerName } from './names';

/** A variable of a layer: `place` is the layer, '_bn' its batch norm's. */
const variables: Readonly<Record<TensorRole, { readonly end: string; readonly variable: string }>> = {
  weight: { end: '', variable: 'kernel' },
  bias: { end: '', variable: 'bias' },
  gamma: { end: '_bn', variable: 'gamma' },
  beta: { end: '_bn', variable: 'beta' },
  mean: { end: '_bn', variable: 'moving_mean' },
  variance: { end: '_bn', variable: 'moving_variance' }
};

/** [k, k, in, out] as Keras' transposed convolution has it: [k, k, out, in]. */
function turned({ in: [, , from], out: [, , to], kernel }: TransposedConvOp, data: Float32Array): Tensor {
  const out = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const [tap, i, o] = [Math.floor(at / (from * to)), Math.floor(at / to) % from, at % to];
    out[(tap * to + o) * from + i] = data[at] as number;
  }
  return { shape: [kernel, kernel, to, from], data: out };
}

/** A variable of a Keras layer. */
export interface KerasVariable {
  readonly layer: string;
  readonly variable: string;
  readonly tensor: Tensor;
}

/**
 * The variables of an op's layers, the norm's after its own; `spread` for a dense op that Keras has as a 1x1 convolution.
 * Throws where a tensor is missing.
 */
export function kerasVariables(op: Op, tensors: Tensors, spread = false): KerasVariable[] {
  return tensorsOf(op).map(({ name, role }) => {
    const tensor = tensors[name];
    if (!tensor) throw new Error(`keras ${name}: tensor must be there`);
    const { end, variable } = variables[role];
    const place = { layer: layerName(op.id) + end, variable };
    if (role !== 'weight') return { ...place, tensor };
    if (op.kind === 'transposedConv') return { ...place, tensor: turned(op, tensor.data) };
    return { ...place, tensor: spread ? { shape: [1, 1, ...tensor.shape], data: tensor.data } : tensor };
  });
}

/** Whether the source has a 1x1 convolution where a map of one pixel makes ours a dense layer: LR-ASPP's windows. */
const isSpread = ({ head }: Architecture, { id, kind }: Op): boolean =>
  id === 'head.gate' && kind === 'dense' && head.kind === 'lraspp' && head.pool !== 'global';

/** The tensors by 'layer/variable' as the generated source reads them; throws where one is missing. */
export function kerasTensors(arch: Architecture, tensors: Tensors): Tensors {
  const all = lower(arch).flatMap((op) => kerasVariables(op, tensors, isSpread(arch, op)));
  return Object.fromEntries(all.map(({ layer, variable, tensor }) => [`${layer}/${variable}`, tensor]));
}

/** @file Step 8, export: how our ops and activations are called as layers of Keras, in source and in TensorFlow.js alike. */
import type { Activation } from '$lib/ops/op';

/** The layer of an op: 'row03_expand'. Keras 3 allows no slash in it, PyTorch under Keras no dot. */
export const layerName = (id: string): string => id.replaceAll('.', '_');

/** What the last layer of an activation adds to the name of its op. */
export const activationEnd: Readonly<Record<Activation, string>> = {
  linear: '',
  relu: '_relu',
  relu6: '_relu6',
  hardSwish: '_hard_swish',
  swish: '_swish',
  shiftedSwish: '_shifted_swish',
  hardSigmoid: '_hard_sigmoid',
  sigmoid: '_sigmoid'
};

/** An activation in the table: the papers' short names, and words for gates. */
export const activationCode: Readonly<Record<Activation, string>> = {
  linear: 'None',
  relu: '"RE"',
  relu6: '"R6"',
  hardSwish: '"HS"',
  swish: '"SW"',
  shiftedSwish: '"SS"',
  hardSigmoid: '"hard_sigmoid"',
  sigmoid: '"sigmoid"'
};

/** A model's name: lower case letters, digits and underscores. */
export function modelName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  return plain.replace(/^[_0-9]+|_+$/g, '') || 'network';
}

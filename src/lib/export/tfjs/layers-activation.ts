/** @file Step 8, export: non-linearities in layers that every TensorFlow.js has; its own hard sigmoid is another function. */
import type { Activation } from '$lib/ops/op';
import { activationEnd } from '../keras/names';
import type { LayerList, LayerValue } from './layers-list';

type Rule = (list: LayerList, x: LayerValue, name: string) => LayerValue;

const multiplied = (list: LayerList, [x, gate]: readonly [LayerValue, LayerValue], name: string): LayerValue =>
  list.push({ kind: 'Multiply', name, shape: x.shape }, [x, gate]);

const plusThree: Rule = (list, value, name) =>
  list.same('Rescaling', `${name}_plus3`, { value, config: { scale: 1, offset: 3 } });

/** ReLU6(x + 3) / 6 (MobileNetV3 §5.2). */
const hardSigmoid: Rule = (list, x, name) => {
  const shifted = plusThree(list, x, name);
  const cut = list.same('ReLU', `${name}_relu6`, { value: shifted, config: { max_value: 6 } });
  const config = { scale: 1 / 6, offset: 0 };
  return list.same('Rescaling', name + activationEnd.hardSigmoid, { value: cut, config });
};

const named =
  (activation: 'sigmoid' | 'swish'): Rule =>
  (list, value, name) =>
    list.same('Activation', name + activationEnd[activation], { value, config: { activation } });

const rules: { readonly [A in Activation]: Rule } = {
  linear: (_, x) => x,
  relu: (list, value, name) => list.same('ReLU', name + activationEnd.relu, { value }),
  relu6: (list, value, name) => list.same('ReLU', name + activationEnd.relu6, { value, config: { max_value: 6 } }),
  hardSwish: (list, x, name) => multiplied(list, [x, hardSigmoid(list, x, name)], name + activationEnd.hardSwish),
  swish: named('swish'),
  shiftedSwish: (list, x, name) => {
    const gate = named('sigmoid')(list, plusThree(list, x, name), name);
    const sixth = list.same('Rescaling', `${name}_sixth`, { value: gate, config: { scale: 1 / 6, offset: 0 } });
    return multiplied(list, [x, sixth], name + activationEnd.shiftedSwish);
  },
  hardSigmoid,
  sigmoid: named('sigmoid')
};

/** Appends the layers of an activation after `x`. */
export const withActivation = (list: LayerList, x: LayerValue, layer: { nl: Activation; name: string }): LayerValue =>
  rules[layer.nl](list, x, layer.name);

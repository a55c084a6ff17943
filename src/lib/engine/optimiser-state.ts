/** @file Step 4, network: which rule the state of an optimiser belongs to; what one rule remembers means nothing to another. */
import type { Optimizer } from '$lib/task/optimize';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';

type Rule = Optimizer['kind'];

const rules: readonly Rule[] = ['sgd', 'adam', 'rmsprop'];

/** The rule as the tensor 'rule' of a state. */
export const toRule = (rule: Rule): Tensor => ({ shape: [1], data: Float32Array.of(rules.indexOf(rule)) });

/** The rule that filled a state; null in one that is empty or does not say. */
export const ruleOf = (state: Tensors): Rule | null => rules[state['rule']?.data[0] ?? -1] ?? null;

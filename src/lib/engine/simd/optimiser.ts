/** @file SIMD engine: updates of the weights by their gradients, with the state the rule keeps between steps. */
import type { Optimizer, Update } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import { ruleOf, toRule } from '../optimiser-state';
import type { Kernels } from './kernels';
import type { Parameter, Parameters, Part } from './parameters';

/** Everything an optimiser owns besides weights and gradients. */
export interface Optimiser {
  /** One update by the gradients as they stand; one of another rule than the last begins with an empty memory. */
  step(update: Update): void;
  /** State by name: 'tensor/velocity', 'tensor/square', 'tensor/average', the 'rule' and its count of 'steps'; empty before the first. */
  readState(): Tensors;
  /** Goes on from such a state. */
  writeState(state: Tensors): void;
}

const kept: readonly Part[] = ['velocity', 'square', 'average'];

/** Opens the optimiser of a network's tensors. */
export function openOptimiser(kernels: Kernels, parameters: Parameters): Optimiser {
  const learned = parameters.all.filter(({ spec }) => spec.trainable);
  let steps = 0;
  let rule: Optimizer['kind'] | null = null;

  const forget = (): void => {
    parameters.block('velocity').fill(0);
    parameters.block('square').fill(0);
    steps = 0;
  };

  const move = ({ value, velocity, square, gradient, size, spec }: Parameter, update: Update): void => {
    const { learningRate, optimizer } = update;
    const decay = spec.role === 'weight' ? update.weightDecay : 0;
    if (optimizer.kind === 'sgd') {
      const nesterov = optimizer.nesterov ? 1 : 0;
      kernels.sgd(value, velocity, gradient, size, learningRate, optimizer.momentum, decay, nesterov);
    } else if (optimizer.kind === 'adam') {
      const { beta1, beta2, epsilon, decoupled } = optimizer;
      const stride = learningRate / (1 - beta1 ** steps);
      const root = 1 / Math.sqrt(1 - beta2 ** steps);
      const [inside, shrink] = decoupled ? [0, 1 - learningRate * decay] : [decay, 1];
      kernels.adam(value, velocity, square, gradient, size, stride, root, beta1, beta2, epsilon, inside, shrink);
    } else {
      const { decay: keep, momentum, epsilon } = optimizer;
      kernels.rmsprop(value, velocity, square, gradient, size, learningRate, keep, momentum, epsilon, decay);
    }
  };

  /** Scales all gradients together down to a length (PyTorch's `clip_grad_norm_`); the zeros between count for nothing. */
  const clip = (most: number): void => {
    const { byteOffset, length } = parameters.block('gradient');
    const by = most / (Math.sqrt(kernels.squares(byteOffset, length)) + 1e-6);
    if (by < 1) kernels.scale(byteOffset, length, by);
  };

  /** The average begins with the weights before its first step. */
  const openAverage = (): void => {
    parameters.open('average');
    for (const { value, average, size } of parameters.all) kernels.copy(average, value, size);
  };

  return {
    step(update) {
      const { clipNorm, averaging, optimizer } = update;
      if (rule !== null && rule !== optimizer.kind) forget();
      rule = optimizer.kind;
      parameters.open('gradient');
      parameters.open('velocity');
      if (optimizer.kind !== 'sgd') parameters.open('square');
      if (averaging !== null && !parameters.has('average')) openAverage();
      steps += 1;
      if (clipNorm !== null) clip(clipNorm);
      for (const parameter of learned) move(parameter, update);
      if (averaging === null) return;
      for (const { value, average, size } of parameters.all) kernels.follow(average, value, size, averaging);
    },
    readState() {
      if (rule === null) return {};
      const parts = kept.flatMap((part) =>
        Object.entries(parameters.read(part)).map(([name, tensor]) => [`${name}/${part}`, tensor] as const)
      );
      return { ...Object.fromEntries(parts), rule: toRule(rule), steps: { shape: [1], data: Float32Array.of(steps) } };
    },
    writeState(state) {
      forget();
      steps = state['steps']?.data[0] ?? 0;
      rule = ruleOf(state);
      for (const part of kept) {
        const end = `/${part}`;
        const own = Object.entries(state).filter(([name]) => name.endsWith(end));
        if (own.length === 0) continue;
        parameters.open(part);
        parameters.write(Object.fromEntries(own.map(([name, tensor]) => [name.slice(0, -end.length), tensor])), part);
      }
    }
  };
}

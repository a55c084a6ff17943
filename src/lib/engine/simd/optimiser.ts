/** @file SIMD engine: updates of the weights by their gradients, with the state the rule keeps between steps. */
import type { Update } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import type { Kernels } from './kernels';
import type { Parameter, Parameters, Part } from './parameters';

/** Everything an optimiser owns besides weights and gradients. */
export interface Optimiser {
  /** One update by the gradients as they stand. */
  step(update: Update): void;
  /** State by name: 'tensor/velocity', 'tensor/square', 'tensor/average' and the count of 'steps'; empty before the first. */
  readState(): Tensors;
  /** Goes on from such a state. */
  writeState(state: Tensors): void;
}

const kept: readonly Part[] = ['velocity', 'square', 'average'];

/** Opens the optimiser of a network's tensors. */
export function openOptimiser(kernels: Kernels, parameters: Parameters): Optimiser {
  const learned = parameters.all.filter(({ spec }) => spec.trainable);
  let steps = 0;

  const move = (parameter: Parameter, { learningRate, weightDecay, optimizer }: Update): void => {
    const { value, velocity, gradient, size, spec } = parameter;
    const decay = spec.role === 'weight' ? weightDecay : 0;
    if (optimizer.kind !== 'sgd') throw new Error(optimizer.kind);
    kernels.sgd(value, velocity, gradient, size, learningRate, optimizer.momentum, decay);
  };

  return {
    step(update) {
      parameters.open('velocity');
      for (const parameter of learned) move(parameter, update);
      steps += 1;
    },
    readState() {
      if (steps === 0) return {};
      const parts = kept.flatMap((part) =>
        Object.entries(parameters.read(part)).map(([name, tensor]) => [`${name}/${part}`, tensor] as const)
      );
      return { ...Object.fromEntries(parts), steps: { shape: [1], data: Float32Array.of(steps) } };
    },
    writeState(state) {
      steps = state['steps']?.data[0] ?? 0;
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

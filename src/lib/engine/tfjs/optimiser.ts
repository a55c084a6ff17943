/** @file Updates of the variables of a network in TensorFlow.js by their gradients, with the state the rule keeps between steps. */
import {
  add,
  addN,
  dispose,
  div,
  minimum,
  mul,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  tensor,
  variable,
  zerosLike,
  type Scalar,
  type Tensor,
  type Variable
} from '@tensorflow/tfjs';
import type { TensorSpec } from '$lib/ops/tensors';
import type { Optimizer, Update } from '$lib/task/optimize';
import type { Tensors } from '$lib/weights/checkpoint';
import { ruleOf, toRule } from '../optimiser-state';

/** A tensor of the network by its specification. */
export interface Held {
  readonly spec: TensorSpec;
  readonly value: Variable;
}

/** What is kept for a tensor between steps. */
type Part = 'velocity' | 'square' | 'average';

/** One tensor's gradient on its way into the weights. */
interface Move {
  readonly held: Held;
  readonly gradient: Tensor;
  readonly learningRate: number;
  readonly decay: number;
}

/** Scales all gradients together down to a length (PyTorch's `clip_grad_norm_`). */
function clipped(gradients: ReadonlyMap<string, Tensor>, most: number): Map<string, Tensor> {
  const length = sqrt(addN([...gradients.values()].map((gradient) => sum<Scalar>(square(gradient)))));
  const by = minimum(1, div(scalar(most), add(length, 1e-6)));
  return new Map([...gradients].map(([name, gradient]) => [name, mul(gradient, by)]));
}

/** The optimiser of a network's variables; see `Optimizer` for the rules. Call `step` inside a tidy. */
export class Optimiser {
  readonly #held: ReadonlyMap<string, Held>;
  readonly #kept = new Map<string, Variable>();
  #steps = 0;
  #rule: Optimizer['kind'] | null = null;

  constructor(held: ReadonlyMap<string, Held>) {
    this.#held = held;
  }

  /** Updates the variables by gradients named by the variables' names; another rule than the last begins with an empty memory. */
  step(grads: Readonly<Record<string, Tensor>>, update: Update): void {
    const { learningRate, weightDecay, optimizer, clipNorm, averaging } = update;
    const held = [...this.#held.values()];
    if (this.#rule !== null && this.#rule !== optimizer.kind) this.#forget();
    this.#rule = optimizer.kind;
    // The average begins with the weights before its first step.
    if (averaging !== null) for (const one of held) this.#slot(one, 'average', one.value);
    const named = new Map<string, Tensor>();
    for (const { spec, value } of held) {
      const gradient = grads[value.name];
      if (gradient) named.set(spec.name, gradient);
    }
    const gradients = clipNorm === null ? named : clipped(named, clipNorm);
    this.#steps += 1;
    for (const one of held) {
      const gradient = gradients.get(one.spec.name);
      const decay = one.spec.role === 'weight' ? weightDecay : 0;
      if (gradient) this.#move({ held: one, gradient, learningRate, decay }, optimizer);
    }
    if (averaging === null) return;
    for (const one of held) {
      const average = this.#slot(one, 'average', one.value);
      average.assign(add(mul(average, averaging), mul(one.value, 1 - averaging)));
    }
  }

  /** State by name: 'tensor/velocity', 'tensor/square', 'tensor/average', the 'rule' and its count of 'steps'; empty before the first. */
  async read(): Promise<Tensors> {
    if (this.#rule === null) return {};
    const steps = { shape: [1], data: Float32Array.of(this.#steps) };
    const state: Record<string, Tensors[string]> = { rule: toRule(this.#rule), steps };
    for (const [name, kept] of this.#kept) {
      state[name] = { shape: kept.shape, data: (await kept.data<'float32'>()).slice() };
    }
    return state;
  }

  /** Goes on from such a state. Call it inside a tidy. */
  write(state: Tensors): void {
    this.dispose();
    this.#steps = state['steps']?.data[0] ?? 0;
    this.#rule = ruleOf(state);
    for (const [name, { shape, data }] of Object.entries(state)) {
      const [of = '', part] = name.split('/');
      const held = this.#held.get(of);
      if (!held || !part) continue;
      this.#slot(held, part as Part, tensor(data.slice(), [...shape], 'float32'));
    }
  }

  /** The averaged value of a tensor, if there is one. */
  averageOf(name: string): Variable | undefined {
    return this.#kept.get(`${name}/average`);
  }

  dispose(): void {
    dispose([...this.#kept.values()]);
    this.#kept.clear();
    this.#steps = 0;
    this.#rule = null;
  }

  /** Drops what the rule keeps; the average stays. */
  #forget(): void {
    for (const [name, kept] of this.#kept) {
      if (name.endsWith('/average')) continue;
      kept.dispose();
      this.#kept.delete(name);
    }
    this.#steps = 0;
  }

  #slot({ spec, value }: Held, part: Part, start?: Tensor): Variable {
    const name = `${spec.name}/${part}`;
    const found = this.#kept.get(name);
    if (found) return found;
    const made = variable(start ?? zerosLike(value), false, `${value.name}/${part}`);
    this.#kept.set(name, made);
    return made;
  }

  #move({ held, gradient, learningRate, decay }: Move, optimizer: Optimizer): void {
    const { value } = held;
    const decoupled = optimizer.kind === 'adam' && optimizer.decoupled;
    const from: Tensor = decoupled && decay !== 0 ? mul(value, 1 - learningRate * decay) : value;
    const slope = decay !== 0 && !decoupled ? add(gradient, mul(value, decay)) : gradient;
    const velocity = this.#slot(held, 'velocity');
    if (optimizer.kind === 'sgd') {
      const { momentum, nesterov } = optimizer;
      velocity.assign(add(mul(velocity, momentum), slope));
      const ahead = nesterov ? add(slope, mul(velocity, momentum)) : velocity;
      value.assign(sub(from, mul(ahead, learningRate)));
      return;
    }
    const squares = this.#slot(held, 'square');
    if (optimizer.kind === 'adam') {
      const { beta1, beta2, epsilon } = optimizer;
      velocity.assign(add(mul(velocity, beta1), mul(slope, 1 - beta1)));
      squares.assign(add(mul(squares, beta2), mul(square(slope), 1 - beta2)));
      const root = mul(sqrt(squares), 1 / Math.sqrt(1 - beta2 ** this.#steps));
      value.assign(sub(from, mul(div(velocity, add(root, epsilon)), learningRate / (1 - beta1 ** this.#steps))));
      return;
    }
    const { decay: keep, momentum, epsilon } = optimizer;
    squares.assign(add(mul(squares, keep), mul(square(slope), 1 - keep)));
    const pull = div(mul(slope, learningRate), sqrt(add(squares, epsilon)));
    velocity.assign(add(mul(velocity, momentum), pull));
    value.assign(sub(from, velocity));
  }
}

/** @file The built network in TensorFlow.js: named variables, inference, training; the port on webgpu, webgl, wasm and cpu. */
import {
  add,
  dispose,
  keep,
  losses,
  mul,
  reshape,
  sum,
  tensor,
  tensor2d,
  tensor4d,
  tidy,
  variable,
  variableGrads,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  type Variable
} from '@tensorflow/tfjs';
import type { Architecture } from '$lib/arch/architecture';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { spreadLabels } from '$lib/task/class-loss';
import { dropoutMask, dropoutOf } from '$lib/task/dropout';
import type { Objective } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { Batch, Engine, Network, StepResult } from '../engine';
import { lossOf, mustServe } from '../loss';
import { openBackend, useBackend, type OpenOptions, type TfjsBackend } from './backend';
import { BatchStatistics } from './batch-norm';
import { forward, forwardAll } from './forward';
import { Optimiser, type Held } from './optimiser';

let built = 0;

/** A first look at a batch: its verdict and the gradient of the answer, for losses that are known in plain arrays. */
interface Look {
  readonly verdict: StepResult;
  readonly gradient: Float32Array;
}

/** What is learned from what. */
interface Lesson {
  readonly batch: Batch;
  readonly objective: Objective;
}

class TfjsNetwork implements Network {
  readonly arch: Architecture;
  readonly #ops: readonly Op[];
  readonly #outputs: readonly string[];
  readonly #held = new Map<string, Held>();
  readonly #optimiser = new Optimiser(this.#held);
  readonly #backend: TfjsBackend;
  readonly #maxBatch: number;

  constructor(arch: Architecture, tensors: Tensors, on: { backend: TfjsBackend; maxBatch: number }) {
    this.arch = arch;
    this.#backend = on.backend;
    this.#maxBatch = on.maxBatch;
    const { ops, outputs } = lowerWithOutputs(arch);
    this.#ops = ops;
    this.#outputs = outputs;
    useBackend(on.backend);
    // Variable names are global in TensorFlow.js, so each network has a prefix.
    const prefix = `network${built++}`;
    for (const spec of this.#ops.flatMap(tensorsOf)) {
      const given = tensors[spec.name];
      if (!given) throw new Error(m.engine_tensor_not_given({ network: arch.name, name: spec.name }));
      const size = spec.shape.reduce((a, b) => a * b, 1);
      if (given.data.length !== size) {
        throw new Error(m.engine_tensor_size({ name: spec.name, size, got: given.data.length }));
      }
      const start = tensor(given.data.slice(), [...spec.shape], 'float32');
      const value = variable(start, spec.trainable, `${prefix}/${spec.name}`);
      dispose(start);
      this.#held.set(spec.name, { spec, value });
    }
  }

  async trainStep(batch: Batch, objective: Objective, update: Update): Promise<StepResult> {
    mustServe(this.arch, objective);
    const direct = objective.kind === 'classes' && !objective.teacher;
    const look = direct ? null : await this.#look(batch, objective);
    const truths = direct ? spreadLabels(batch, this.arch.classes, objective.smoothing) : null;
    const statistics = new BatchStatistics();
    const trained = [...this.#held.values()].filter(({ spec }) => spec.trainable).map(({ value }) => value);
    const [loss, answer] = this.#run(() => {
      let last: Tensor | undefined;
      const { value, grads } = variableGrads(() => {
        const out = this.#trainingForward(batch, statistics);
        last = keep(out);
        if (look) return sum<Scalar>(mul(out, tensor(look.gradient, out.shape)));
        const shape: [number, number] = [batch.count, this.arch.classes];
        return losses.softmaxCrossEntropy<Tensor2D, Scalar>(tensor2d(truths ?? [], shape), reshape(out, shape));
      }, trained);
      this.#follow(statistics);
      this.#optimiser.step(grads, update);
      if (!last) throw new Error('training step: the forward pass must give an answer');
      return [value, last] as const;
    });
    statistics.dispose();
    const verdict = look ? look.verdict : await this.#judged(loss, answer, { batch, objective });
    dispose([loss, answer]);
    return verdict;
  }

  /** The loss as TensorFlow.js worked it out, and how many pictures were right. */
  async #judged(loss: Tensor, answer: Tensor, { batch, objective }: Lesson): Promise<StepResult> {
    const [lossData, answerData] = await Promise.all([loss.data<'float32'>(), answer.data<'float32'>()]);
    return { ...lossOf(answerData, batch, { arch: this.arch, objective }), loss: lossData[0] ?? NaN };
  }

  /** Runs the batch in training mode, changing nothing. */
  async #look(batch: Batch, objective: Objective): Promise<Look> {
    const statistics = new BatchStatistics();
    const answer = this.#run(() => this.#trainingForward(batch, statistics));
    statistics.dispose();
    const data = await answer.data<'float32'>();
    answer.dispose();
    const gradient = new Float32Array(data.length);
    return { verdict: lossOf(data, batch, { arch: this.arch, objective, gradient }), gradient };
  }

  #trainingForward(batch: Batch, statistics: BatchStatistics): Tensor4D {
    const masks = new Map<string, Tensor>();
    const dropout = dropoutOf(this.arch);
    const op = this.#ops.find(({ id }) => id === dropout?.id);
    if (dropout && op) {
      const shape: [number, number] = [batch.count, op.in[2]];
      masks.set(op.id, tensor2d(dropoutMask(shape[0] * shape[1], dropout.rate, batch.draw), shape));
    }
    const mode = { kind: 'training', statistics, masks } as const;
    return forward(this.#ops, this.#imagesOf(batch.images, batch.count), { tensorOf: this.#tensorOf, mode });
  }

  async forward(images: Float32Array, count: number): Promise<Float32Array> {
    const output = this.#run(() => forward(this.#ops, this.#imagesOf(images, count), this.#inference));
    const data = await output.data<'float32'>();
    output.dispose();
    return data;
  }

  async outputs(images: Float32Array, count: number): Promise<readonly Float32Array[]> {
    const maps = await this.activations(images, count, this.#outputs);
    return this.#outputs.map((id) => maps[id] ?? new Float32Array());
  }

  async activations(
    images: Float32Array,
    count: number,
    ids: readonly string[]
  ): Promise<Record<string, Float32Array>> {
    const kept = this.#run(() => {
      const values = forwardAll(this.#ops, this.#imagesOf(images, count), this.#inference);
      return ids.map((id) => {
        const value = id === '' ? undefined : values.get(id);
        if (!value) throw new Error(m.engine_op_unknown({ network: this.arch.name, id }));
        return value;
      });
    });
    const data = await Promise.all(kept.map((value) => value.data<'float32'>()));
    dispose(kept);
    return Object.fromEntries(ids.map((id, i) => [id, data[i] ?? new Float32Array()]));
  }

  read(): Promise<Tensors> {
    return this.#copies(({ value }) => value);
  }

  readAveraged(): Promise<Tensors> {
    return this.#copies(({ spec, value }) => this.#optimiser.averageOf(spec.name) ?? value);
  }

  async write(tensors: Tensors): Promise<void> {
    this.#run(() => {
      for (const [name, { shape, data }] of Object.entries(tensors)) {
        this.#hold(name).value.assign(tensor(data.slice(), [...shape], 'float32'));
      }
      return [];
    });
  }

  readState(): Promise<Tensors> {
    return this.#optimiser.read();
  }

  async writeState(state: Tensors): Promise<void> {
    this.#run(() => {
      this.#optimiser.write(state);
      return [];
    });
  }

  dispose(): void {
    this.#optimiser.dispose();
    for (const { value } of this.#held.values()) dispose(value);
    this.#held.clear();
  }

  async #copies(pick: (held: Held) => Variable): Promise<Tensors> {
    const tensors: Record<string, Tensors[string]> = {};
    for (const [name, held] of this.#held) {
      tensors[name] = { shape: held.spec.shape, data: (await pick(held).data<'float32'>()).slice() };
    }
    return tensors;
  }

  readonly #tensorOf = (name: string): Tensor => this.#hold(name).value;

  #hold(name: string): Held {
    const held = this.#held.get(name);
    if (!held) throw new Error(`network ${this.arch.name}: tensor ${name} must exist (disposed?)`);
    return held;
  }

  readonly #inference = { tensorOf: this.#tensorOf, mode: { kind: 'inference' } } as const;

  #run<T extends Tensor | readonly Tensor[]>(work: () => T): T {
    useBackend(this.#backend);
    return tidy(work as () => Tensor) as unknown as T;
  }

  #imagesOf(images: Float32Array, count: number): Tensor4D {
    if (count < 1 || count > this.#maxBatch) throw new Error(`batch: must hold 1 to ${this.#maxBatch}, got ${count}`);
    const [height, width, channels] = this.arch.input;
    return tensor4d(images.slice(0, count * height * width * channels), [count, height, width, channels]);
  }

  /** Running statistics follow the batch (biased variance); `momentum` is the share kept. */
  #follow(statistics: BatchStatistics): void {
    for (const [id, batch] of statistics.byOp) {
      const kept = batch.norm.momentum;
      for (const role of ['mean', 'variance'] as const) {
        const { value } = this.#hold(`${id}.${role}`);
        value.assign(add(mul(value, kept), mul(batch[role], 1 - kept)));
      }
    }
  }
}

/** Opens the TensorFlow.js engine on a backend; throws the reason when the backend cannot be had (see `openBackend`). */
export async function openTfjsEngine(backend: TfjsBackend, options: OpenOptions = {}): Promise<Engine> {
  const opening = await openBackend(backend, options);
  if (opening.status === 'failed') throw new Error(m.engine_tfjs_failed({ backend, reason: opening.reason }));
  return {
    kind: 'tfjs',
    build: `tfjs ${opening.version} ${backend}`,
    createNetwork: (arch, tensors, maxBatch) =>
      new Promise((resolve) => resolve(new TfjsNetwork(arch, tensors, { backend, maxBatch })))
  };
}

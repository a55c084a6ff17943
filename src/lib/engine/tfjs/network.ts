/** @file The built network in TensorFlow.js: named variables, inference, SGD training; the port on webgpu, webgl, wasm and cpu. */
import {
  add,
  dispose,
  keep,
  losses,
  mul,
  reshape,
  sub,
  tensor,
  tensor2d,
  tensor4d,
  tidy,
  variable,
  variableGrads,
  zerosLike,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  type Variable
} from '@tensorflow/tfjs';
import type { Architecture } from '$lib/arch/architecture';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorSpec } from '$lib/ops/tensors';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Objective } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { Batch, Engine, Network, StepResult } from '../engine';
import { mustServe } from '../loss';
import { openBackend, useBackend, type OpenOptions, type TfjsBackend } from './backend';
import { BatchStatistics } from './batch-norm';
import { forward, forwardAll } from './forward';

interface Held {
  readonly spec: TensorSpec;
  readonly value: Variable;
  /** Momentum of SGD; null for running statistics. */
  readonly velocity: Variable | null;
}

let built = 0;

/** How many rows of logits have their (first) maximum at the label. */
function countCorrect(logits: Float32Array, labels: Uint8Array, count: number): number {
  const classes = logits.length / count;
  let correct = 0;
  for (let row = 0; row < count; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if ((logits[row * classes + c] ?? 0) > (logits[row * classes + best] ?? 0)) best = c;
    }
    if (best === labels[row]) correct++;
  }
  return correct;
}

class TfjsNetwork implements Network {
  readonly arch: Architecture;
  readonly #ops: readonly Op[];
  readonly #outputs: readonly string[];
  readonly #held = new Map<string, Held>();
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
      const zeros = spec.trainable ? zerosLike(start) : null;
      const velocity = zeros && variable(zeros, false, `${prefix}/${spec.name}/velocity`);
      dispose(zeros ? [start, zeros] : [start]);
      this.#held.set(spec.name, { spec, value, velocity });
    }
  }

  async trainStep(batch: Batch, objective: Objective, update: Update): Promise<StepResult> {
    mustServe(this.arch, objective);
    const statistics = new BatchStatistics();
    const trained = [...this.#held.values()].filter(({ spec }) => spec.trainable).map(({ value }) => value);
    const [loss, logits] = this.#run(() => {
      const images = this.#imagesOf(batch.images, batch.count);
      const targets = this.#targetsOf(batch);
      let last: Tensor2D | undefined;
      const { value, grads } = variableGrads(() => {
        const out = forward(this.#ops, images, { tensorOf: this.#tensorOf, mode: { kind: 'training', statistics } });
        last = keep(reshape<Rank.R2>(out, [batch.count, this.arch.classes]));
        return losses.softmaxCrossEntropy<Tensor2D, Scalar>(targets, last);
      }, trained);
      this.#update(grads, update);
      this.#follow(statistics);
      if (!last) throw new Error('training step: the forward pass must give logits');
      return [value, last] as const;
    });
    statistics.dispose();
    const [lossData, logitData] = await Promise.all([loss.data<'float32'>(), logits.data<'float32'>()]);
    dispose([loss, logits]);
    return {
      loss: lossData[0] ?? NaN,
      correct: countCorrect(logitData, batch.labels, batch.count),
      terms: batch.count
    };
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

  async read(): Promise<Tensors> {
    const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
    for (const [name, { spec, value }] of this.#held) {
      tensors[name] = { shape: spec.shape, data: (await value.data<'float32'>()).slice() };
    }
    return tensors;
  }

  async readAveraged(): Promise<Tensors> {
    return this.read();
  }

  async write(tensors: Tensors): Promise<void> {
    this.#run(() => {
      for (const [name, { shape, data }] of Object.entries(tensors)) {
        this.#hold(name).value.assign(tensor(data.slice(), [...shape], 'float32'));
      }
      return [];
    });
  }

  async readState(): Promise<Tensors> {
    return {};
  }

  async writeState(state: Tensors): Promise<void> {
    void state;
  }

  dispose(): void {
    for (const { value, velocity } of this.#held.values()) dispose(velocity ? [value, velocity] : [value]);
    this.#held.clear();
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

  #targetsOf({ labels, count }: Batch): Tensor2D {
    const { classes } = this.arch;
    const oneHot = new Float32Array(count * classes);
    for (let row = 0; row < count; row++) oneHot[row * classes + (labels[row] ?? 0)] = 1;
    return tensor2d(oneHot, [count, classes]);
  }

  /** Nesterov as PyTorch's SGD: d = g + wd w; v = m v + d; w -= lr (d + m v); decay on weights only. */
  #update(grads: Record<string, Tensor>, { learningRate, optimizer, weightDecay }: Update): void {
    if (optimizer.kind !== 'sgd') throw new Error(optimizer.kind);
    const { momentum } = optimizer;
    for (const { spec, value, velocity } of this.#held.values()) {
      const grad = grads[value.name];
      if (!velocity || !grad) continue;
      const d = spec.role === 'weight' && weightDecay !== 0 ? add(grad, mul(value, weightDecay)) : grad;
      const v = add(mul(velocity, momentum), d);
      velocity.assign(v);
      value.assign(sub(value, mul(add(d, mul(v, momentum)), learningRate)));
    }
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

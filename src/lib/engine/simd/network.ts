/** @file SIMD engine: the built network: layers in one memory, forward, backward over the graph, optimiser step. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import { match, type Op, type Rules } from '$lib/ops/op';
import type { Tensors } from '$lib/weights/checkpoint';
import type { Batch, Engine, Network, StepOptions, StepResult } from '../engine';
import { softmaxCrossEntropy } from '../loss';
import { openArena, openScratch, type Arena } from './arena';
import { planGradients } from './gradient-plan';
import { instantiate } from './kernels';
import { openConv } from './layers/conv';
import { openDense } from './layers/dense';
import { openDepthwise } from './layers/depthwise';
import { openAdd, openMultiply, openPool } from './layers/joints';
import type { Ground, Into, Layer } from './layers/layer';
import type { Core } from './load';
import { placeParameters } from './parameters';

/** A network of this engine, with the doors its tests need. */
export interface SimdNetwork extends Network {
  /** Gradients of the last training step by tensor name. */
  gradients(): Tensors;
  /** Replaces tensors by name. */
  write(tensors: Tensors): void;
  /** Bytes in use; constant after the first training step. */
  readonly bytes: number;
}

/** One op on the way back: its gradient's pointer and where its inputs' gradients go. */
interface BackStep {
  readonly layer: Layer;
  readonly dy: number;
  readonly into: readonly (Into | null)[];
}

const rules: Rules<(ground: Ground) => Layer> = {
  conv: (op) => (ground) => openConv(op, ground),
  depthwise: (op) => (ground) => openDepthwise(op, ground),
  dense: (op) => (ground) => openDense(op, ground),
  pool: (op) => (ground) => openPool(op, ground),
  multiply: (op) => (ground) => openMultiply(op, ground),
  add: (op) => (ground) => openAdd(op, ground)
};

/** Places the gradient blocks and lists the ops from last to first. */
function openBackward(arena: Arena, ops: readonly Op[], layers: ReadonlyMap<string, Layer>, batch: number): BackStep[] {
  const plan = planGradients(ops);
  const pointers = plan.sizes.map((size) => arena.alloc(size * batch));
  const pointerOf = (slot: number | undefined): number => pointers[slot ?? -1] ?? 0;
  return ops.toReversed().map((op) => {
    const targets = plan.into.get(op.id) ?? [];
    const into = targets.map((target) => target && { pointer: pointerOf(target.slot), add: target.add });
    return { layer: layers.get(op.id) as Layer, dy: pointerOf(plan.own.get(op.id)), into };
  });
}

/** A network in memory, before anyone may dispose of it. */
type Built = Omit<SimdNetwork, 'trainStep' | 'forward' | 'read' | 'dispose'> & {
  train(batch: Batch, options: StepOptions): StepResult;
  infer(images: Float32Array, count: number): Float32Array;
  read(): Tensors;
};

function build(core: Core, arch: Architecture, tensors: Tensors, maxBatch: number): Built {
  if (!Number.isInteger(maxBatch) || maxBatch < 1) throw new Error(`maxBatch: must be 1 or more, got ${maxBatch}`);
  const ops = lower(arch);
  const arena = openArena();
  const kernels = instantiate(core.module, arena.memory);
  const parameters = placeParameters(arena, ops, tensors);
  const packed = openScratch();
  const pictureSize = arch.input[0] * arch.input[1] * arch.input[2];
  const picture = arena.alloc(maxBatch * pictureSize);
  const layers = new Map<string, Layer>();
  let logits = picture;
  for (const op of ops) {
    const inputs = op.inputs.map((id) => layers.get(id)?.output ?? picture);
    const layer = match(op, rules)({ kernels, arena, parameters, maxBatch, inputs, packed });
    layers.set(op.id, layer);
    logits = layer.output;
  }
  packed.place(arena);
  const order = [...layers.values()];
  const learned = parameters.all.filter((parameter) => parameter.spec.trainable);
  let back: BackStep[] | null = null;

  const run = (images: Float32Array, count: number, training: boolean): void => {
    arena.floats(picture, count * pictureSize).set(images);
    for (const layer of order) layer.forward(count, training);
  };

  const train = ({ count, images, labels }: Batch, options: StepOptions): StepResult => {
    if (count < 1 || count > maxBatch) throw new Error(`batch: must hold 1 to ${maxBatch} pictures, got ${count}`);
    if (!back) {
      parameters.openGradients();
      back = openBackward(arena, ops, layers, maxBatch);
    }
    run(images.subarray(0, count * pictureSize), count, true);
    const size = count * arch.classes;
    const first = back[0] as BackStep;
    const result = softmaxCrossEntropy(
      arena.floats(logits, size),
      labels.subarray(0, count),
      arena.floats(first.dy, size)
    );
    for (const { layer, dy, into } of back) layer.backward(count, dy, into);
    const { learningRate, momentum, weightDecay } = options;
    for (const { value, velocity, gradient, size: n, spec } of learned) {
      kernels.sgd(value, velocity, gradient, n, learningRate, momentum, spec.role === 'weight' ? weightDecay : 0);
    }
    return result;
  };

  const infer = (images: Float32Array, count: number): Float32Array => {
    const out = new Float32Array(count * arch.classes);
    for (let from = 0; from < count; from += maxBatch) {
      const part = Math.min(maxBatch, count - from);
      run(images.subarray(from * pictureSize, (from + part) * pictureSize), part, false);
      out.set(arena.floats(logits, part * arch.classes), from * arch.classes);
    }
    return out;
  };

  return {
    arch,
    train,
    infer,
    read: () => parameters.read('value'),
    gradients: () => parameters.read('gradient'),
    write: (given) => parameters.write(given),
    get bytes() {
      return arena.memory.buffer.byteLength;
    }
  };
}

/** Builds a network; throws when a tensor is missing, misshapen, or the memory does not suffice. */
export function createSimdNetwork(core: Core, arch: Architecture, tensors: Tensors, maxBatch: number): SimdNetwork {
  let built: Built | null = build(core, arch, tensors, maxBatch);
  const use = (): Built => {
    if (!built) throw new Error(`network ${arch.name}: must not be used after dispose`);
    return built;
  };
  return {
    arch,
    trainStep: async (batch, options) => use().train(batch, options),
    forward: async (images, count) => use().infer(images, count),
    read: async () => use().read(),
    gradients: () => use().gradients(),
    write: (given) => use().write(given),
    get bytes() {
      return use().bytes;
    },
    dispose: () => void (built = null)
  };
}

/** Opens the engine over compiled kernels; every network owns its memory. */
export function openSimdEngine(core: Core): Engine {
  return {
    kind: 'simd',
    build: `simd ${core.variant} ${core.hash}`,
    createNetwork: async (arch, tensors, maxBatch) => createSimdNetwork(core, arch, tensors, maxBatch)
  };
}

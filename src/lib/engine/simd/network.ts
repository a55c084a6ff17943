/** @file SIMD engine: the built network: layers in one memory, forward, backward over the graph, optimiser step. */
import type { Architecture } from '$lib/arch/architecture';
import { withoutNorms } from '$lib/ops/folded';
import { lowerWithOutputs } from '$lib/ops/lower';
import { match, type Op, type Rules } from '$lib/ops/op';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Objective } from '$lib/task/objective';
import type { Update } from '$lib/task/optimize';
import type { Rounding } from '$lib/task/rounding';
import type { Batch, Engine, Network, RoundedTable, StepResult } from '../engine';
import { lossOf, mustServe } from '../loss';
import { openArena, openScratch } from './arena';
import { instantiate } from './kernels';
import { openConv } from './layers/conv';
import { openDepthwise } from './layers/depthwise';
import { openDropped } from './layers/dropped';
import { openAdd, openConcat, openMultiply } from './layers/joints';
import { mapOutput, sizeOf, type Ground, type Layer, type Output } from './layers/layer';
import { openPointwise } from './layers/pointwise';
import { openAveragePool, openPool, openResize } from './layers/resample';
import { numbersOf, openRoundedAnswer } from './layers/rounded';
import { openTransposedConv } from './layers/transposed-conv';
import type { Core } from './load';
import { placeMask } from './mask';
import { openOptimiser, type Optimiser } from './optimiser';
import { placeParameters, type Parameters } from './parameters';
import { openRoundedWeights, type SeenWeights } from './rounded-weights';
import { openBackward, type BackStep } from './way-back';

/** A network of this engine, with the doors its tests need. */
export interface SimdNetwork extends Network {
  /** Loss and gradients of a batch; the weights stay, the running statistics follow the batch. */
  backward(batch: Batch, objective: Objective): StepResult;
  /** Updates the weights by the gradients as they stand. */
  step(update: Update): void;
  /**
   * All learned gradients in storage order, each tensor at the next multiple of 64 bytes with zeros between; a new view
   * each time, valid until the memory grows (as it does at the first `backward` and `step`).
   */
  readonly gradients: Float32Array;
  /** Copies of the last gradients by tensor name. */
  readGradients(): Tensors;
  /** Bytes in use; constant after the first training step. */
  readonly bytes: number;
}

/** What a layer is built from; `mask` where its input is thinned in training. */
interface Site {
  readonly ground: Ground;
  readonly mask: number | null;
}

const rules: Rules<(site: Site) => Layer> = {
  conv: (op) => (site) => openConv(op, site.ground),
  depthwise: (op) => (site) => openDepthwise(op, site.ground),
  transposedConv: (op) => (site) => openTransposedConv(op, site.ground),
  dense: (op) => (site) =>
    site.mask === null ? openPointwise(op, site.ground) : openDropped(op, site.ground, site.mask),
  pool: (op) => (site) => openPool(op, site.ground),
  averagePool: (op) => (site) => openAveragePool(op, site.ground),
  resize: (op) => (site) => openResize(op, site.ground),
  multiply: (op) => (site) => openMultiply(op, site.ground),
  add: (op) => (site) => openAdd(op, site.ground),
  concat: (op) => (site) => openConcat(op, site.ground)
};

/** What to build: a table, its ops, which of them are the answer, what is rounded. */
interface Plan {
  readonly arch: Architecture;
  readonly ops: readonly Op[];
  readonly outputs: readonly string[];
  /** What is rounded; null: nothing. */
  readonly rounding: Rounding | null;
}

/** A network in memory, before anyone may dispose of it. */
type Built = Pick<SimdNetwork, 'arch' | 'backward' | 'step' | 'gradients' | 'readGradients' | 'bytes'> & {
  /** Id of the op whose output is the answer. */
  readonly last: string;
  /** Ids of the ops whose outputs are the answer's maps. */
  readonly outputs: readonly string[];
  readonly parameters: Parameters;
  readonly optimiser: Optimiser;
  infer(images: Float32Array, count: number, ids: readonly string[]): Record<string, Float32Array>;
};

function build(core: Core, { arch, ops, outputs, rounding }: Plan, tensors: Tensors, maxBatch: number): Built {
  if (!Number.isInteger(maxBatch) || maxBatch < 1) throw new Error(`maxBatch: must be 1 or more, got ${maxBatch}`);
  const arena = openArena((mebibytes) =>
    m.engine_memory_full({ batch: maxBatch, input: arch.input.join('×'), mebibytes })
  );
  const kernels = instantiate(core.module, arena.memory);
  const parameters = placeParameters(arena, ops, tensors);
  const packed = openScratch();
  const pictureSize = sizeOf(arch.input);
  const picture = arena.alloc(maxBatch * pictureSize);
  const layers = new Map<string, Layer>();
  const slots = [openScratch(), openScratch(), openScratch(), openScratch()] as const;
  const given = mapOutput({ kernels }, picture, arch.input);
  const outputOf = (id: string): Output => {
    const output = id === '' ? given : layers.get(id)?.output;
    if (!output) throw new Error(m.engine_op_unknown({ network: arch.name, id }));
    return output;
  };
  const mask = placeMask(arena, { arch, ops }, maxBatch);
  const weights: SeenWeights[] = [];
  for (const op of ops) {
    const own = rounding?.ops.get(op.id) ?? null;
    const inputs = op.inputs.map(outputOf);
    const plain: Ground = { kernels, arena, parameters, maxBatch, inputs, rounding: own, packed, slots };
    const seen = own?.weights ? openRoundedWeights(plain, op, own.weights) : null;
    if (seen) weights.push(seen);
    const ground = seen ? { ...plain, parameters: seen.parameters } : plain;
    const layer = match(op, rules)({ ground, mask: mask?.id === op.id ? mask.pointer : null });
    layers.set(op.id, own?.answer ? openRoundedAnswer(layer, op, { ground, grid: own.answer }) : layer);
  }
  const last = ops.at(-1)?.id ?? '';
  // The loss reads the whole batch of the last output.
  slots[0].need(maxBatch * sizeOf(outputOf(last).shape));
  for (const block of [packed, ...slots]) block.place(arena);
  const order = [...layers.values()];
  const optimiser = openOptimiser(kernels, parameters);
  let back: BackStep[] | null = null;

  const run = (images: Float32Array, count: number, training: boolean): void => {
    arena.floats(picture, count * pictureSize).set(images);
    if (rounding?.picture) kernels.roundOn(picture, picture, count * pictureSize, ...numbersOf(rounding.picture));
    for (const seen of weights) seen.refresh();
    for (const layer of order) layer.forward(count, training);
  };

  const backward = (batch: Batch, objective: Objective): StepResult => {
    const { count, images } = batch;
    mustServe(arch, objective);
    if (count < 1 || count > maxBatch) throw new Error(`batch: must hold 1 to ${maxBatch} pictures, got ${count}`);
    if (!back) {
      parameters.open('gradient');
      back = openBackward(arena, ops, layers, maxBatch);
    }
    mask?.fill(count, batch.draw);
    run(images.subarray(0, count * pictureSize), count, true);
    const answer = outputOf(last);
    const size = count * sizeOf(answer.shape);
    const pointer = answer.read(0, count, 0);
    const first = back[0] as BackStep;
    const gradient = arena.floats(first.dy, size);
    const result = lossOf(arena.floats(pointer, size), batch, { arch, objective, gradient });
    for (const { layer, dy, into } of back) layer.backward(count, dy, into);
    return result;
  };

  const infer = (images: Float32Array, count: number, ids: readonly string[]): Record<string, Float32Array> => {
    const wanted = ids.map((id) => {
      const output = outputOf(id);
      return { id, output, size: sizeOf(output.shape), out: new Float32Array(count * sizeOf(output.shape)) };
    });
    for (let from = 0; from < count; from += maxBatch) {
      const part = Math.min(maxBatch, count - from);
      run(images.subarray(from * pictureSize, (from + part) * pictureSize), part, false);
      for (const { output, size, out } of wanted) {
        for (let i = 0; i < part; i++) out.set(arena.floats(output.read(i, 1, 0), size), (from + i) * size);
      }
    }
    return Object.fromEntries(wanted.map(({ id, out }) => [id, out]));
  };

  return {
    arch,
    last,
    outputs,
    parameters,
    optimiser,
    backward,
    step: (update) => optimiser.step(update),
    infer,
    get gradients() {
      parameters.open('gradient');
      return parameters.block('gradient');
    },
    readGradients: () => parameters.read('gradient'),
    get bytes() {
      return arena.memory.buffer.byteLength;
    }
  };
}

/**
 * Builds a network, of other ops than its table's where they are given; throws when a tensor is missing, misshapen, or the
 * memory does not suffice.
 */
export function createSimdNetwork(
  core: Core,
  arch: Architecture,
  tensors: Tensors,
  maxBatch: number,
  ops?: readonly Op[]
): SimdNetwork {
  const table = ops ? { ops, outputs: [ops.at(-1)?.id ?? ''] } : lowerWithOutputs(arch);
  return opened(arch, build(core, { arch, ...table, rounding: null }, tensors, maxBatch));
}

/**
 * Builds a network whose norms are folded and whose values are rounded, of other ops than its table's where they are given;
 * throws when a tensor is missing, misshapen, or the memory does not suffice.
 */
export function createRoundedNetwork(
  core: Core,
  { arch, tensors, rounding, ops }: RoundedTable & { readonly ops?: readonly Op[] },
  maxBatch: number
): SimdNetwork {
  const table = ops ? { ops, outputs: [ops.at(-1)?.id ?? ''] } : lowerWithOutputs(arch);
  return opened(arch, build(core, { arch, ...table, ops: withoutNorms(table.ops), rounding }, tensors, maxBatch));
}

/** A network in use, until it is disposed of. */
function opened(arch: Architecture, network: Built): SimdNetwork {
  let built: Built | null = network;
  const use = (): Built => {
    if (!built) throw new Error(`network ${arch.name}: must not be used after dispose`);
    return built;
  };
  const inferred = (ids: readonly string[], images: Float32Array, count: number): readonly Float32Array[] => {
    const found = use().infer(images, count, ids);
    return ids.map((id) => found[id] ?? new Float32Array());
  };
  return {
    arch,
    async trainStep(batch, objective, update) {
      const result = use().backward(batch, objective);
      use().step(update);
      return result;
    },
    backward: (batch, objective) => use().backward(batch, objective),
    step: (update) => use().step(update),
    get gradients() {
      return use().gradients;
    },
    readGradients: () => use().readGradients(),
    forward: async (images, count) => inferred([use().last], images, count)[0] ?? new Float32Array(),
    outputs: async (images, count) => inferred(use().outputs, images, count),
    activations: async (images, count, ids) => use().infer(images, count, ids),
    read: async () => use().parameters.read('value'),
    readAveraged: async () => ({ ...use().parameters.read('value'), ...use().parameters.read('average') }),
    write: async (given) => use().parameters.write(given),
    readState: async () => use().optimiser.readState(),
    writeState: async (state) => use().optimiser.writeState(state),
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
    createNetwork: async (arch, tensors, maxBatch) => createSimdNetwork(core, arch, tensors, maxBatch),
    createRounded: async (table, maxBatch) => createRoundedNetwork(core, table, maxBatch)
  };
}

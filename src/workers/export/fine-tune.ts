/** @file Workers: trains a network a little longer with its values rounded as its 8-bit file will round them (arXiv 1806.08342 §3). */
import type { Architecture } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import type { Dataset } from '$lib/data/dataset';
import type { Engine, Network } from '$lib/engine/engine';
import { evaluate, type Score } from '$lib/engine/evaluate';
import { defaultRecipe, type Recipe } from '$lib/engine/recipe';
import { foldedTensors, unfoldedTensors } from '$lib/export/quantize/folded-tensors';
import type { QuantizedGraph } from '$lib/export/quantize/simulate';
import { trainingGrids } from '$lib/export/quantize/training-grids';
import { lower } from '$lib/ops/lower';
import { whyNotLearn } from '$lib/task/head-objective';
import { optimizers, plainPictures } from '$lib/task/optimize';
import type { Rounding } from '$lib/task/rounding';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { breath } from '../breath';
import type { DataChoice } from '../choice';
import { datasetOf, mayMirror, type Platform } from '../platform';
import type { TuneFacts } from './protocol';
import type { ProofRun } from './prove-file';
import { isBetter, trainRounded } from './train-rounded';

/** What is tuned. `Q` is the network made 8-bit with all that is known of it. */
export interface TuneRequest<Q extends { readonly quantized: QuantizedGraph }> {
  readonly arch: Architecture;
  /** Whose training pictures it learns from. */
  readonly data: DataChoice | null;
  /** Null: nobody has trained it. */
  readonly tensors: Tensors | null;
  readonly epochs: number;
  readonly measured: Q;
  /** Makes other numbers of the same table 8-bit by the ranges there are. */
  readonly withSameRanges: (tensors: Tensors) => Q;
  /** Makes them 8-bit by ranges of their own; null when it was stopped. */
  readonly measure: (tensors: Tensors) => Promise<Q | null>;
}

/** The best numbers found, which may be those of the start, made 8-bit. */
export interface FineTuned<Q> {
  readonly tensors: Tensors;
  readonly measured: Q;
  readonly facts: TuneFacts;
}

/** Small steps: the weights are good already, and have to move by less than a step of their grids. */
const recipeFor = (epochs: number, data: DataChoice): Recipe =>
  defaultRecipe({
    epochs,
    batchSize: 32,
    learningRate: 3e-4,
    optimizer: optimizers.adam,
    weightDecay: 0,
    augment: { ...plainPictures, flip: mayMirror(data) }
  });

/** The pictures to learn from; throws in the person's words where the network cannot. */
async function picturesFor(platform: Platform, arch: Architecture, data: DataChoice): Promise<Dataset> {
  const dataset = await datasetOf(platform, data, arch.input);
  const refusal = whyNotLearn(arch, dataset);
  if (refusal) throw new Error(refusal);
  const [input, got] = [arch.input.join('×'), dataset.shape.join('×')];
  const [classes, count] = [arch.classes, dataset.classes.length];
  if (input !== got || classes !== count)
    throw new Error(m.quantize_tune_fit({ input, classes, name: dataset.name, got, count }));
  return dataset;
}

const rounds = (engine: Engine): engine is Required<Engine> => engine.createRounded !== undefined;

/** The core, which alone rounds while it trains; throws in the person's words where there is none. */
async function coreOf({ engines }: Platform): Promise<Required<Engine>> {
  try {
    const engine = await engines.simd();
    if (rounds(engine)) return engine;
  } catch (error) {
    throw new Error(m.quantize_tune_core({ reason: reasonOf(error) }), { cause: error });
  }
  throw new Error('fine-tune: the core must round, it does not');
}

/**
 * Tunes a network for its 8-bit file: forward as the file computes, gradients straight through all rounding. The result is
 * the best of what was met, the start included, by the validation pictures; a stop keeps that, too. Throws in the
 * person's words where there is nothing to learn from, nothing to go on from, or no core.
 */
export async function fineTune<Q extends { readonly quantized: QuantizedGraph }>(
  platform: Platform,
  { arch, data, tensors, epochs, measured, withSameRanges, measure }: TuneRequest<Q>,
  run: ProofRun
): Promise<FineTuned<Q>> {
  const began = platform.clock();
  if (!tensors) throw new Error(m.quantize_tune_untrained({ name: arch.name }));
  if (!data) throw new Error(m.quantize_tune_no_data());
  const dataset = await picturesFor(platform, arch, data);
  const engine = await coreOf(platform);
  const recipe = recipeFor(epochs, data);
  const judge = (network: Network): Promise<Score> =>
    evaluate(network, 'validation', dataset, { batchSize: recipe.batchSize, pause: breath });
  const ops = lower(arch);
  /** Opens a network, works with it, and closes it. */
  const using = async <T>(opening: Promise<Network>, work: (network: Network) => Promise<T>): Promise<T> => {
    const network = await opening;
    try {
      return await work(network);
    } finally {
      network.dispose();
    }
  };
  const rounded = (folded: Tensors, rounding: Rounding): Promise<Network> =>
    engine.createRounded({ arch, tensors: folded, rounding }, recipe.batchSize);

  await run.report({ kind: 'stage', stage: 'tuning' });
  const floats = await using(engine.createNetwork(arch, tensors, recipe.batchSize), judge);
  const folded = foldedTensors(arch, tensors);
  const rounding = trainingGrids(ops, measured.quantized);
  const { before, end } = await using(rounded(folded, rounding), async (network) => {
    const start = { folded, score: await judge(network) };
    return {
      before: start.score,
      end: await trainRounded(network, start, { dataset, recipe, clock: platform.clock, run, judge })
    };
  });
  const { best, stopped, failed } = end;
  const moved = best.folded !== folded;
  const found = moved ? unfoldedTensors(arch, best.folded) : tensors;
  const again = moved && !stopped ? await measure(found) : null;
  const score = again && (await using(rounded(best.folded, trainingGrids(ops, again.quantized)), judge));
  const anew = again && score && isBetter(score, best.score) ? { measured: again, score } : null;
  const kept = anew ?? { measured: moved ? withSameRanges(found) : measured, score: best.score };
  const facts: TuneFacts = {
    epochs,
    metric: floats.metric,
    pictures: floats.count,
    floats: floats.value,
    before: before.value,
    after: kept.score.value,
    moved,
    ranges: anew ? 'measured' : 'trained',
    stopped: stopped || run.gate.stopped,
    failed,
    elapsedMs: platform.clock() - began
  };
  return { tensors: found, measured: kept.measured, facts };
}

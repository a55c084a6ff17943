/** @file Workers: which engine a training runs on, with how many workers: timed, asked for, or as in the epochs before. */
import type { Architecture } from '$lib/arch/architecture';
import { engineOf, isWanted, workersOf } from '$lib/engine/choose';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { EngineChoice } from '../choice';
import { openFastest, type TimedEngine } from '../open-engine';
import type { Platform } from '../platform';
import type { TrainRequest } from './protocol';

/** Workers beyond these are not tried by themselves: each holds a copy of the network. */
const MOST_WORKERS = 4;

/** Fewer pictures a worker are not worth the meeting after every step, and poor statistics for a batch norm. */
const LEAST_PICTURES = 16;

/** Workers that may share a step of so many pictures on a device. */
const worthwhile = ({ cores }: Platform, batchSize: number): number =>
  Math.max(1, Math.min(cores, MOST_WORKERS, Math.floor(batchSize / LEAST_PICTURES)));

/** What a person asked for; throws a sentence when several workers were asked of an engine that has one. */
function wishOf({ engine, workers = 1 }: TrainRequest): EngineChoice {
  if (workers < 2) return engine;
  if (engine !== 'auto' && engine !== 'simd') throw new Error(m.engine_workers_core({ wish: engine }));
  return `simd:${workers}`;
}

/** The engine of the epochs before, where it is none that a person turned away from. */
function engineBefore({ start, memory, engine, workers }: TrainRequest) {
  const before = memory && start ? engineOf(start.from.engine) : null;
  if (!before || !isWanted(before, engine)) return null;
  return workers === undefined || workers === workersOf(before) ? before : null;
}

/**
 * Opens the engine of a training. One that goes on exactly stays with engine and workers of its epochs before, and is
 * warned where it cannot; otherwise the fastest is timed, the core with one worker and with all cores, unless a person
 * asked for a number. Rejects when none opens.
 */
export async function engineFor(
  platform: Platform,
  request: TrainRequest,
  network: { readonly arch: Architecture; readonly tensors: Tensors }
): Promise<TimedEngine> {
  const { batchSize, workers, start, memory } = request;
  const most = worthwhile(platform, batchSize);
  const open = (choice: EngineChoice): Promise<TimedEngine> =>
    openFastest(choice, platform.engines, {
      ...network,
      batchSize,
      clock: platform.clock,
      memory: platform.memory,
      mostWorkers: workers === undefined && platform.isolated ? most : 1
    });
  const before = engineBefore(request);
  const kept = before && (await open(before).catch(() => null));
  if (kept) {
    const same = kept.engine.build === start?.from.engine;
    return { ...kept, why: m.engine_as_before(), warning: same ? kept.warning : otherThan(request, kept) };
  }
  const opened = await open(wishOf(request));
  const alone = workers === undefined && !platform.isolated && most > 1 && opened.engine.kind === 'simd';
  const why = alone ? m.engine_one_worker({ why: opened.why }) : opened.why;
  return { ...opened, why, warning: memory && start ? otherThan(request, opened) : opened.warning };
}

/** What is lost where a training goes on with another engine. */
const otherThan = ({ start }: TrainRequest, { engine, warning }: TimedEngine): string =>
  [m.engine_other_than_before({ before: start?.from.engine ?? '', engine: engine.build }), warning ?? '']
    .join(' ')
    .trim();

/** @file Step 4, network: picks the engine that trains, and says why in a sentence. */
import { m } from '$paraglide/messages';
import type { EngineKind } from './engine';
import type { TfjsBackend } from './tfjs/backend';

/** One way to train: the core, the core with several workers on every step, or TensorFlow.js on one backend. */
export type EngineId = 'simd' | `simd:${number}` | `tfjs:${TfjsBackend}`;

/** 'auto' takes the fastest, 'tfjs' the fastest backend of TensorFlow.js; the others force one. */
export type EngineWish = 'auto' | EngineKind | EngineId;

/** An engine that could not be had, and why. */
export interface RefusedEngine {
  readonly engine: EngineId;
  readonly reason: string;
}

/** An engine that opened on this device. */
export interface EngineCandidate {
  readonly engine: EngineId;
  /** As `Engine.build` spells it. */
  readonly build: string;
  /** Wall time of one timed training step of the network at hand; null when not timed to the end. */
  readonly stepMs: number | null;
  /** What a step takes at least, where timing was broken off because another was faster already. */
  readonly moreThanMs: number | null;
}

/** What was picked, and why. */
export interface EngineChoice {
  readonly engine: EngineId;
  readonly build: string;
  readonly why: string;
}

const kindOf = (engine: EngineId): EngineKind => (engine.startsWith('simd') ? 'simd' : 'tfjs');

/** Workers that share every step of a training on this engine. */
export const workersOf = (engine: EngineId): number =>
  engine.startsWith('simd:') ? Number(engine.slice('simd:'.length)) : 1;

/** The engine that a build of it, as results keep it, was; null for one this program does not know. */
export function engineOf(build: string): EngineId | null {
  const [kind, variant] = build.split(' ');
  if (kind === 'simd') {
    const workers = Number(/ x(\d+)$/.exec(build)?.[1] ?? 1);
    return workers > 1 ? `simd:${workers}` : 'simd';
  }
  const backend = backends.find((one) => build.endsWith(` ${one}`));
  return kind === 'tfjs' && variant !== undefined && backend ? `tfjs:${backend}` : null;
}

const backends: readonly TfjsBackend[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

/** What a person calls an engine. */
function nameOf({ engine, build }: Pick<EngineCandidate, 'engine' | 'build'>): string {
  if (kindOf(engine) === 'tfjs') return build;
  const count = workersOf(engine);
  return count > 1 ? m.engine_core_workers({ count }) : m.engine_core();
}

/** Software adapters never open, so these two run on a real graphics processor. */
export const isGpu = (engine: EngineId): boolean => engine === 'tfjs:webgpu' || engine === 'tfjs:webgl';

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

function timeOf(candidate: EngineCandidate): string {
  const { stepMs, moreThanMs } = candidate;
  const name = nameOf(candidate);
  if (stepMs !== null) return m.engine_time({ name, ms: ms(stepMs) });
  return moreThanMs === null ? m.engine_time_none({ name }) : m.engine_time_over({ name, ms: ms(moreThanMs) });
}

/** Timed before untimed, then the faster; the core before others, then in the order given. */
function ranked(candidates: readonly EngineCandidate[]): EngineCandidate[] {
  const untimed = (candidate: EngineCandidate): number => candidate.stepMs ?? Infinity;
  const order = ({ engine }: EngineCandidate): number => (engine === 'simd' ? 0 : 1);
  return candidates.toSorted((a, b) =>
    untimed(a) === untimed(b) ? order(a) - order(b) : untimed(a) < untimed(b) ? -1 : 1
  );
}

const ofOthers = (others: readonly EngineCandidate[]): string => others.map(timeOf).join(', ');

/** Why the first is taken of those that nobody chose among. */
function whyFastest(best: EngineCandidate, others: readonly EngineCandidate[]): string {
  const { build, stepMs } = best;
  const name = nameOf(best);
  const core = [best, ...others].some(({ engine }) => kindOf(engine) === 'simd');
  if (stepMs === null) return core ? m.engine_simd_no_gpu() : m.engine_next_best_untimed({ build });
  if (!core) return m.engine_next_best({ build, ms: ms(stepMs) });
  if (others.length === 0) return m.engine_only({ name, ms: ms(stepMs) });
  return m.engine_fastest({ name, ms: ms(stepMs), others: ofOthers(others) });
}

/** Why the first is taken of those that a person asked for. */
function whyChosen(best: EngineCandidate, others: readonly EngineCandidate[]): string {
  const name = nameOf(best);
  if (best.stepMs === null || others.length === 0) return m.engine_chosen_by_you({ name });
  return m.engine_chosen_fastest({ name, ms: ms(best.stepMs), others: ofOthers(others) });
}

/** Whether a candidate is what was asked for. */
export const isWanted = (engine: EngineId, wish: EngineWish): boolean =>
  wish === 'auto' || wish === engine || wish === kindOf(engine);

/**
 * Picks the candidate with the shortest timed step, the core where nothing was timed; a wish overrides that when it is
 * among the candidates. Throws when there is no candidate, or not the one wished for.
 */
export function chooseEngine(candidates: readonly EngineCandidate[], wish: EngineWish = 'auto'): EngineChoice {
  const [best, ...others] = ranked(candidates.filter(({ engine }) => isWanted(engine, wish)));
  if (!best) throw new Error(wish === 'auto' ? m.engine_none_open() : m.engine_wish_absent({ wish }));
  const { engine, build } = best;
  return { engine, build, why: (wish === 'auto' ? whyFastest : whyChosen)(best, others) };
}

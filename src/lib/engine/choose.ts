/** @file Step 4, network: picks the engine that trains, and says why in a sentence. */
import { m } from '$paraglide/messages';
import type { EngineKind } from './engine';
import type { TfjsBackend } from './tfjs/backend';

/** One way to train: the core, or TensorFlow.js on one backend. */
export type EngineId = 'simd' | `tfjs:${TfjsBackend}`;

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

const kindOf = (engine: EngineId): EngineKind => (engine === 'simd' ? 'simd' : 'tfjs');

/** Software adapters never open, so these two run on a real graphics processor. */
export const isGpu = (engine: EngineId): boolean => engine === 'tfjs:webgpu' || engine === 'tfjs:webgl';

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

function timeOf({ build, stepMs, moreThanMs }: EngineCandidate): string {
  if (stepMs !== null) return m.engine_time({ build, ms: ms(stepMs) });
  return moreThanMs === null ? m.engine_time_none({ build }) : m.engine_time_over({ build, ms: ms(moreThanMs) });
}

/** Timed before untimed, then the faster; the core before others, backends in the order given. */
function ranked(candidates: readonly EngineCandidate[]): EngineCandidate[] {
  const untimed = (candidate: EngineCandidate): number => candidate.stepMs ?? Infinity;
  const order = ({ engine }: EngineCandidate): number => (engine === 'simd' ? 0 : 1);
  return candidates.toSorted((a, b) =>
    untimed(a) === untimed(b) ? order(a) - order(b) : untimed(a) < untimed(b) ? -1 : 1
  );
}

function fastest(candidates: readonly EngineCandidate[]): EngineChoice {
  const [best, ...others] = ranked(candidates);
  if (!best) throw new Error(m.engine_none_open());
  const { engine, build, stepMs } = best;
  const simd = candidates.find((candidate) => candidate.engine === 'simd');
  if (stepMs === null) {
    const why = simd ? m.engine_simd_no_gpu() : m.engine_next_best_untimed({ build });
    return { engine, build, why };
  }
  if (!simd) return { engine, build, why: m.engine_next_best({ build, ms: ms(stepMs) }) };
  if (others.length === 0) return { engine, build, why: m.engine_only({ build, ms: ms(stepMs) }) };
  return { engine, build, why: m.engine_fastest({ build, ms: ms(stepMs), others: others.map(timeOf).join(', ') }) };
}

/** Whether a candidate is what was asked for. */
export const isWanted = (engine: EngineId, wish: EngineWish): boolean =>
  wish === 'auto' || wish === engine || wish === kindOf(engine);

/**
 * Picks the candidate with the shortest timed step, the core where nothing was timed; a wish overrides that when it is
 * among the candidates. Throws when there is no candidate, or not the one wished for.
 */
export function chooseEngine(candidates: readonly EngineCandidate[], wish: EngineWish = 'auto'): EngineChoice {
  if (wish === 'auto') return fastest(candidates);
  const asked = candidates.filter(({ engine }) => isWanted(engine, wish));
  if (asked.length > 0) return { ...fastest(asked), why: m.engine_chosen_by_you({ build: fastest(asked).build }) };
  throw new Error(m.engine_wish_absent({ wish }));
}

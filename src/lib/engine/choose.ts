/** @file Step 4, network: picks the engine that trains, and says why in a sentence. */
import { m } from '$paraglide/messages';
import type { EngineKind } from './engine';
import type { TfjsBackend } from './tfjs/backend';

/** 'auto' takes the fastest; the others force an engine, or one backend of TensorFlow.js. */
export type EngineWish = 'auto' | EngineKind | `tfjs:${TfjsBackend}`;

/** An engine that could not be had, and why. */
export interface RefusedEngine {
  readonly engine: Exclude<EngineWish, 'auto' | 'tfjs'>;
  readonly reason: string;
}

/** An engine that opened on this device. */
export interface EngineCandidate {
  readonly kind: EngineKind;
  /** As `Engine.build` spells it. */
  readonly build: string;
  /** Runs on a real graphics processor (software adapters never open). */
  readonly gpu: boolean;
  /** Wall time of one timed training step of the network at hand; null when not timed. */
  readonly stepMs: number | null;
}

/** What was picked, and why. */
export interface EngineChoice {
  readonly kind: EngineKind;
  readonly build: string;
  readonly why: string;
}

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

function preferred(candidates: readonly EngineCandidate[]): EngineChoice {
  const timed = (candidate: EngineCandidate): number => candidate.stepMs ?? Infinity;
  const fastest = (of: readonly EngineCandidate[]): EngineCandidate | undefined =>
    of.toSorted((a, b) => timed(a) - timed(b))[0];
  const simd = fastest(candidates.filter(({ kind }) => kind === 'simd'));
  const gpu = fastest(candidates.filter((candidate) => candidate.gpu && candidate.stepMs !== null));
  if (simd && gpu && simd.stepMs !== null && timed(gpu) < simd.stepMs) {
    const why = m.engine_gpu_faster({ gpu: gpu.build, gpuMs: ms(timed(gpu)), simdMs: ms(simd.stepMs) });
    return { kind: gpu.kind, build: gpu.build, why };
  }
  if (simd) {
    const why =
      gpu && simd.stepMs !== null
        ? m.engine_simd_faster({ gpu: gpu.build, gpuMs: ms(timed(gpu)), simdMs: ms(simd.stepMs) })
        : m.engine_simd_no_gpu();
    return { kind: simd.kind, build: simd.build, why };
  }
  const best = fastest(candidates);
  if (!best) throw new Error(m.engine_none_open());
  const { kind, build, stepMs } = best;
  const why = stepMs === null ? m.engine_next_best_untimed({ build }) : m.engine_next_best({ build, ms: ms(stepMs) });
  return { kind, build, why };
}

/**
 * Picks the SIMD core unless a real graphics processor was timed faster; `wanted` (a kind, or a build's exact text)
 * overrides that when it is among the candidates. Throws when there is no candidate.
 */
export function chooseEngine(candidates: readonly EngineCandidate[], wanted: string | null = null): EngineChoice {
  if (wanted === null) return preferred(candidates);
  const asked = candidates.filter(({ kind, build }) => kind === wanted || build === wanted);
  if (asked.length > 0) {
    const { kind, build } = preferred(asked);
    return { kind, build, why: m.engine_chosen_by_you({ build }) };
  }
  const instead = preferred(candidates);
  return { ...instead, why: m.engine_instead({ wanted, why: instead.why }) };
}

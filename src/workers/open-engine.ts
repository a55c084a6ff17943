/** @file Workers: opens the engine a run asked for, or the best there is, with the sentence why. */
import { chooseEngine } from '$lib/engine/choose';
import type { Engine } from '$lib/engine/engine';
import { m } from '$paraglide/messages';
import type { EngineChoice } from './choice';
import type { OpenedEngine } from './platform';

/** How a platform opens each kind of engine; both reject with a reason. */
export interface EngineDoors {
  simd(): Promise<Engine>;
  tfjs(): Promise<Engine>;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Opens the SIMD core unless TensorFlow.js was asked for; falls back to it, saying so, where the core cannot start. */
export async function openEngine(choice: EngineChoice, doors: EngineDoors): Promise<OpenedEngine> {
  const wanted = choice === 'auto' ? null : choice;
  if (choice !== 'tfjs') {
    try {
      const engine = await doors.simd();
      const { why } = chooseEngine([{ kind: 'simd', build: engine.build, gpu: false, stepMs: null }], wanted);
      return { engine, why };
    } catch (error) {
      if (choice === 'simd') throw error;
      const engine = await doors.tfjs();
      return { engine, why: m.workers_simd_failed({ reason: reasonOf(error) }) };
    }
  }
  const engine = await doors.tfjs();
  const { why } = chooseEngine([{ kind: 'tfjs', build: engine.build, gpu: false, stepMs: null }], wanted);
  return { engine, why };
}

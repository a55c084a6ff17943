/** @file Workers: what a run needs from the machine it is on; one implementation for browsers, one for Node. */
import type { Dataset } from '$lib/data/dataset';
import type { LatencyRuntime } from '$lib/latency/runtime';
import type { DataChoice, EngineChoice, RuntimeChoice } from './choice';
import type { ChoiceMemory, EngineDoors, OpenedEngine } from './open-engine';
import type { TrainerPort } from './trainer/protocol';

export interface Platform {
  /** Milliseconds from a monotonic clock. */
  readonly clock: () => number;
  /** The wall-clock time as ISO 8601. */
  readonly now: () => string;
  /** Logical cores; the number of trainers that run at once. */
  readonly cores: number;
  readonly isolated: boolean;
  bundled(id: 'fashion-mnist'): Promise<Dataset>;
  readonly engines: EngineDoors;
  /** What was timed on this device before. */
  readonly memory: ChoiceMemory;
  openEngine(choice: EngineChoice): Promise<OpenedEngine>;
  /** `seed` draws the weights and inputs that are timed. */
  openRuntime(choice: RuntimeChoice, seed?: number): Promise<LatencyRuntime>;
  /** Starts one more worker that trains networks. */
  spawnTrainer(): Promise<TrainerPort>;
}

/** The pictures of a choice. */
export function datasetOf(platform: Platform, data: DataChoice): Promise<Dataset> {
  return data.kind === 'own' ? Promise.resolve(data.dataset) : platform.bundled(data.id);
}

/** Clothes stay clothes in a mirror; of the user's own pictures nobody knows: digits and signs would not. */
export function mayMirror(data: DataChoice): boolean {
  return data.kind === 'bundled';
}

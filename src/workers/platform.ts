/** @file Workers: what a run needs from the machine it is on; one implementation for browsers, one for Node. */
import type { Shape } from '$lib/arch/architecture';
import type { ClassSet, Dataset } from '$lib/data/dataset';
import { composeScenes } from '$lib/data/garment-scenes';
import type { LatencyRuntime } from '$lib/latency/runtime';
import type { Runtime } from '$lib/runtimes/runtime';
import { m } from '$paraglide/messages';
import type { DataChoice, EngineChoice, RuntimeChoice } from './choice';
import type { ChoiceMemory, EngineDoors, OpenedEngine } from './open-engine';
import type { TrainerPort } from './trainer/protocol';

/** How a platform opens the runtimes that others deploy with; all reject with a reason. */
export interface RuntimeDoors {
  onnx(): Promise<Runtime>;
  litert(): Promise<Runtime>;
  /** Its models are several files: it reads them as one zip archive. */
  tfjs(): Promise<Runtime>;
}

export interface Platform {
  /** Milliseconds from a monotonic clock. */
  readonly clock: () => number;
  /** The wall-clock time as ISO 8601. */
  readonly now: () => string;
  /** Logical cores; the number of trainers that run at once. */
  readonly cores: number;
  readonly isolated: boolean;
  bundled(id: 'fashion-mnist'): Promise<ClassSet>;
  readonly engines: EngineDoors;
  /** What was timed on this device before. */
  readonly memory: ChoiceMemory;
  openEngine(choice: EngineChoice): Promise<OpenedEngine>;
  /** `seed` draws the weights and inputs that are timed. */
  openRuntime(choice: RuntimeChoice, seed?: number): Promise<LatencyRuntime>;
  /** Runtimes that exported files are run in; loaded when first asked for, once. */
  readonly runtimes: RuntimeDoors;
  /** Starts one more worker that trains networks. */
  spawnTrainer(): Promise<TrainerPort>;
}

/** Whether a choice is the scenes, with masks and boxes instead of a class each. */
export const isScenes = (data: DataChoice): boolean => data.kind === 'bundled' && data.id === 'garment-scenes';

/** The pictures of a choice, where they have a class each; rejects with a sentence where they have masks and boxes. */
export async function classSetOf(platform: Platform, data: DataChoice): Promise<ClassSet> {
  if (data.kind === 'own') return data.dataset;
  if (data.id === 'garment-scenes') throw new Error(m.workers_scenes_unserved());
  return platform.bundled(data.id);
}

/** The pictures of a choice; scenes are composed to a network's input, and rejected with a sentence where that is too small. */
export async function datasetOf(platform: Platform, data: DataChoice, input: Shape): Promise<Dataset> {
  if (!isScenes(data)) return classSetOf(platform, data);
  return composeScenes(await platform.bundled('fashion-mnist'), input);
}

/** Clothes stay clothes in a mirror; of the user's own pictures nobody knows: digits and signs would not. */
export function mayMirror(data: DataChoice): boolean {
  return data.kind === 'bundled';
}

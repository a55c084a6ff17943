/** @file Workers: opens the engine a run asked for, or the best there is, with the sentence why. */
import { build as stamp } from '$lib/base/build';
import { reasonOf } from '$lib/base/reason';
import { sha256Hex } from '$lib/data/sha256';
import {
  chooseEngine,
  isGpu,
  isWanted,
  workersOf,
  type EngineCandidate,
  type EngineId,
  type RefusedEngine
} from '$lib/engine/choose';
import type { Engine } from '$lib/engine/engine';
import { TooLarge } from '$lib/engine/simd/arena';
import { timeStep, type StepTrial } from '$lib/engine/step-time';
import type { TfjsBackend } from '$lib/engine/tfjs/backend';
import { m } from '$paraglide/messages';
import type { EngineChoice } from './choice';

/** An engine with the sentence why it was picked. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly why: string;
}

/** What came of timing every engine. */
interface Timed {
  readonly candidates: readonly EngineCandidate[];
  readonly refused: readonly RefusedEngine[];
}

/** An engine picked by timing one step of a network on each. */
export interface TimedEngine extends OpenedEngine, Timed {
  /** Workers that share every step of its trainings. */
  readonly workers: number;
  /** What a step takes on the engine picked; null when none was timed to the end. */
  readonly stepMs: number | null;
  /** Whether that was timed just now. */
  readonly fresh: boolean;
  /** What the person should know: there is no SIMD core on this machine. */
  readonly warning: string | null;
}

/** How a platform opens each engine; all reject with a reason. */
export interface EngineDoors {
  /** The core, with this many workers on every training. */
  simd(workers?: number): Promise<Engine>;
  tfjs(backend: TfjsBackend): Promise<Engine>;
  /** The backends this kind of platform may have, the likely faster ones first; 'cpu' is for when nothing else opens. */
  readonly backends: readonly TfjsBackend[];
}

/** What was timed before on this device, as JSON text by key; keeping may fail silently, the next run times again. */
export interface ChoiceMemory {
  recall(key: string): Promise<string | null>;
  remember(key: string, text: string): Promise<void>;
  /** Names the device: what was timed on another says nothing here. */
  readonly device: string;
}

/** What timing needs besides doors. */
export interface Stopwatch {
  readonly clock: () => number;
  readonly memory: ChoiceMemory;
  /** Workers that may share a step; the core is timed with one and with so many. */
  readonly mostWorkers: number;
}

/** What is remembered of a timing. */
interface Remembered extends Timed {
  readonly format: 1;
}

/** Timing one engine takes no longer than this. */
const LIMIT_MS = 4000;

const open = (engine: EngineId, doors: EngineDoors): Promise<Engine> =>
  engine.startsWith('simd') ? doors.simd(workersOf(engine)) : doors.tfjs(engine.slice('tfjs:'.length) as TfjsBackend);

/** The engines a choice allows, in the order they are tried; those this kind of platform never has are refused by their doors. */
function allowed(choice: EngineChoice, { backends }: EngineDoors, most = 1): EngineId[] {
  if (choice !== 'auto' && choice !== 'tfjs' && choice !== 'simd') return [choice];
  const several: EngineId[] = most > 1 ? [`simd:${most}`] : [];
  const ids: EngineId[] = ['simd', ...several, ...backends.map((backend): EngineId => `tfjs:${backend}`)];
  return ids.filter((id) => isWanted(id, choice));
}

async function firstOf(ids: readonly EngineId[], doors: EngineDoors) {
  const refused: RefusedEngine[] = [];
  for (const id of ids) {
    try {
      return { id, engine: await open(id, doors), refused };
    } catch (error) {
      refused.push({ engine: id, reason: reasonOf(error) });
    }
  }
  throw new Error(m.engine_none_here({ reasons: refused.map(({ reason }) => reason).join('; ') }));
}

/** Opens the first engine a choice allows, the core before others, without timing any; says so where the core cannot start. */
export async function openEngine(choice: EngineChoice, doors: EngineDoors): Promise<OpenedEngine> {
  const { id, engine, refused } = await firstOf(allowed(choice, doors), doors);
  const { why } = chooseEngine([{ engine: id, build: engine.build, stepMs: null, moreThanMs: null }], choice);
  const [core] = refused;
  return { engine, why: core?.engine === 'simd' ? m.workers_simd_failed({ reason: core.reason }) : why };
}

/** Opens the TensorFlow.js network that holds the weights while the core trains: exact float32 first. */
export async function openFrame(doors: EngineDoors): Promise<Engine> {
  const exact = doors.backends.filter((backend) => !isGpu(`tfjs:${backend}`));
  return (
    await firstOf(
      exact.map((backend): EngineId => `tfjs:${backend}`),
      doors
    )
  ).engine;
}

/** Times a step on each engine given. */
async function timeAll(ids: readonly EngineId[], doors: EngineDoors, trial: StepTrial & Stopwatch): Promise<Timed> {
  const candidates: EngineCandidate[] = [];
  const refused: RefusedEngine[] = [];
  let full: TooLarge | null = null;
  for (const id of ids) {
    if (id === 'tfjs:cpu' && candidates.length > 0) continue;
    // What is too large for the core would take hours in the same memory without it.
    if (full && !id.startsWith('simd') && !isGpu(id)) continue;
    const beatMs = Math.min(...candidates.map(({ stepMs }) => stepMs ?? Infinity));
    try {
      const engine = await open(id, doors);
      const time = await timeStep(engine, trial, { clock: trial.clock, limitMs: LIMIT_MS, beatMs });
      const times =
        time.kind === 'over'
          ? { stepMs: null, moreThanMs: time.moreThanMs }
          : { stepMs: time.stepMs, moreThanMs: null };
      candidates.push({ engine: id, build: engine.build, ...times });
    } catch (error) {
      if (error instanceof TooLarge) full ??= error;
      refused.push({ engine: id, reason: reasonOf(error) });
    }
  }
  if (full && candidates.length === 0) throw full;
  if (candidates.length === 0) {
    throw new Error(m.engine_none_here({ reasons: refused.map(({ reason }) => reason).join('; ') }));
  }
  return { candidates, refused };
}

/** One text for networks whose steps cost the same: the table without its name, the batch, the device and this program. */
async function keyOf(ids: readonly EngineId[], { arch, batchSize, memory }: StepTrial & Stopwatch): Promise<string> {
  const { name: _, ...table } = arch;
  const text = JSON.stringify([ids, memory.device, stamp, batchSize, table]);
  return (await sha256Hex(new TextEncoder().encode(text))).slice(0, 32);
}

function parseRemembered(text: string | null): Remembered | null {
  if (text === null) return null;
  try {
    const read = JSON.parse(text) as Partial<Remembered> | null;
    return read?.format === 1 && Array.isArray(read.candidates) && Array.isArray(read.refused)
      ? (read as Remembered)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What was timed, as a choice with its opened engine. */
function judged(choice: EngineChoice, timed: Timed, engine: Engine): Omit<TimedEngine, 'fresh'> {
  const { engine: id, why } = chooseEngine(timed.candidates, choice);
  const stepMs = timed.candidates.find((one) => one.engine === id)?.stepMs ?? null;
  const core = timed.refused.find((one) => one.engine === 'simd');
  const warning = core && engine.kind !== 'simd' ? m.workers_simd_failed({ reason: core.reason }) : null;
  const { candidates, refused } = timed;
  return { engine, workers: workersOf(id), why, candidates, refused, stepMs, warning };
}

/** The engine remembered as the fastest; null when it does not open any more, or as another build. */
async function reopened(choice: EngineChoice, doors: EngineDoors, timed: Remembered) {
  try {
    const { engine: id, build } = chooseEngine(timed.candidates, choice);
    const engine = await open(id, doors);
    return engine.build === build ? judged(choice, timed, engine) : null;
  } catch {
    // Timing anew says what is wrong with it.
    return null;
  }
}

/**
 * Times one step of a network on each engine a choice allows, the core with one worker and with many, and opens the
 * fastest; what was timed on this device before is remembered, by network and batch, where there is a choice. Rejects
 * when no engine opens.
 */
export async function openFastest(
  choice: EngineChoice,
  doors: EngineDoors,
  trial: StepTrial & Stopwatch
): Promise<TimedEngine> {
  const { memory, mostWorkers } = trial;
  const ids = allowed(choice, doors, mostWorkers);
  const key = await keyOf(ids, trial);
  const known = parseRemembered(await memory.recall(key));
  const again = known && (await reopened(choice, doors, known));
  if (again) return { ...again, fresh: false, why: m.engine_remembered({ why: again.why }) };
  const timed = await timeAll(ids, doors, trial);
  if (ids.length > 1) await memory.remember(key, JSON.stringify({ format: 1, ...timed } satisfies Remembered));
  const { engine: id } = chooseEngine(timed.candidates, choice);
  return { ...judged(choice, timed, await open(id, doors)), fresh: true };
}

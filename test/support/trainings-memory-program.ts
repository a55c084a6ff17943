/** @file Test support: whole trainings through the runner of the command line, ended in every way; prints what memory did. Needs --expose-gc. */
import { nodePlatform } from '../../src/cli/platform-node';
import { createTrainRunner } from '../../src/workers/train/runner';
import type { TrainRequest } from '../../src/workers/train/protocol';
import { dataset, request } from './bands';
import type { Held, TrainingsReport } from './memory-report';
import { countMemories, memories, resident, settle, tensorsHeld } from './memory-watch';

/** Trainings before memory is looked at, and those it must not grow in. */
const [WARM, TRAININGS] = [3, 12];

const engine = process.argv[2] === 'tfjs' ? 'tfjs:wasm' : 'simd';
countMemories();

/** Nothing is remembered beyond this process. */
const memory = { device: 'test', recall: () => Promise.resolve(null), remember: () => Promise.resolve() };

/** One of three: to its end, stopped in the second epoch, or diverging. */
async function training(number: number): Promise<'done' | 'stopped' | 'failed'> {
  const runner = createTrainRunner({ ...nodePlatform, memory });
  const way = number % 3;
  const changes: Partial<TrainRequest> = way === 2 ? { learningRate: 1e6 } : {};
  const data = { kind: 'own', dataset } as const;
  const end = await runner.run({ ...request, ...changes, data, engine, workers: 1 }, async (event) => {
    if (way === 1 && event.kind === 'epoch') runner.stop();
  });
  if (end.kind === 'failed' && way !== 2) throw new Error(end.reason);
  return end.kind;
}

const ends = { done: 0, stopped: 0, failed: 0 };
for (let i = 0; i < WARM; i++) await training(i);
await settle();
const held = (): Held => ({ bytes: 0, ...tensorsHeld() });
const [before, rssBefore] = [held(), resident()];
for (let i = 0; i < TRAININGS; i++) ends[await training(i)]++;
await settle();
const { memoriesLeft } = memories();
const report: TrainingsReport = { before, after: held(), rssGrowth: resident() - rssBefore, memoriesLeft, ends };
process.stdout.write(JSON.stringify(report));

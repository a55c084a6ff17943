import { describe, expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import type { Platform } from '../platform';
import { TrainerPool } from './pool';
import type { TrainerAnswer, TrainerJob, TrainerPort, TrainerSetup } from './protocol';

const setup: TrainerSetup = { data: { kind: 'bundled', id: 'fashion-mnist' }, engine: 'auto', batchSize: 32 };
const job = (seed: number): TrainerJob => ({
  arch: presetById('v3-small')!.arch,
  seed,
  start: null,
  fromEpoch: 0,
  toEpoch: 1,
  cosine: null,
  learningRate: 0.1,
  validationLimit: null
});
const scored = (seed: number): TrainerAnswer => ({
  kind: 'scored',
  validationAccuracy: seed / 100,
  validationLoss: 0,
  trained: {},
  pictures: 10,
  trainMs: 1
});

/** A machine whose trainers answer by formula, or die on the jobs `fatal` names, at the try it names. */
function machine(fatal: (seed: number, tries: number) => boolean): { platform: Platform; started: () => number } {
  let started = 0;
  const tries = new Map<number, number>();
  const spawnTrainer = (): Promise<TrainerPort> => {
    started += 1;
    let died: (reason: string) => void = () => undefined;
    return Promise.resolve({
      open: () => Promise.resolve({ build: 'formula' }),
      train: ({ seed }) => {
        const mine = (tries.get(seed) ?? 0) + 1;
        tries.set(seed, mine);
        if (!fatal(seed, mine)) return Promise.resolve(scored(seed));
        died('out of memory');
        return new Promise(() => undefined);
      },
      pause: () => undefined,
      resume: () => undefined,
      kill: () => undefined,
      onDeath: (listener) => (died = listener)
    });
  };
  return { platform: { spawnTrainer } as Platform, started: () => started };
}

describe('TrainerPool', () => {
  test('answers every job with fewer trainers than jobs', async () => {
    const { platform } = machine(() => false);
    const pool = await TrainerPool.open(platform, setup, 2);
    const answers = await Promise.all([1, 2, 3, 4, 5].map((seed) => pool.train(job(seed))));
    expect(answers.map((answer) => answer.kind === 'scored' && answer.validationAccuracy)).toEqual([
      0.01, 0.02, 0.03, 0.04, 0.05
    ]);
    expect(pool.pictures).toBe(50);
    pool.close();
  });

  test('replaces a trainer that died and gives its job to another', async () => {
    const { platform, started } = machine((seed, tries) => seed === 2 && tries === 1);
    const pool = await TrainerPool.open(platform, setup, 1);
    const answers = await Promise.all([1, 2, 3].map((seed) => pool.train(job(seed))));
    expect(answers.map((answer) => answer.kind)).toEqual(['scored', 'scored', 'scored']);
    expect([started(), pool.deaths, pool.size]).toEqual([2, 1, 1]);
    pool.close();
  });

  test('fails a job that kills every trainer, and goes on with the others', async () => {
    const { platform } = machine((seed) => seed === 2);
    const pool = await TrainerPool.open(platform, setup, 1);
    const [first, second, third] = await Promise.all([1, 2, 3].map((seed) => pool.train(job(seed))));
    expect(second).toEqual({ kind: 'failed', reason: 'its worker died twice: out of memory' });
    expect([first?.kind, third?.kind]).toEqual(['scored', 'scored']);
    pool.close();
  });

  test('close answers what is waiting', async () => {
    const { platform } = machine((seed, tries) => seed === 1 && tries === 1);
    const pool = await TrainerPool.open(platform, setup, 1);
    pool.close();
    expect(await pool.train(job(1))).toEqual({ kind: 'failed', reason: 'the run was stopped' });
  });
});

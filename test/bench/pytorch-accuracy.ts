/** @file Benchmarks: hands a training of ours over to PyTorch, batch for batch, through files; null where torch is absent. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { ClassSet } from '../../src/lib/data/dataset';
import type { Network } from '../../src/lib/engine/engine';
import { stepsPerEpoch } from '../../src/lib/engine/steps';
import type { Recipe } from '../../src/lib/engine/recipe';
import { lower } from '../../src/lib/ops/lower';
import { dropoutMask, dropoutOf } from '../../src/lib/task/dropout';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { writeSafetensors } from '../../src/lib/weights/safetensors-format';
import type { Course } from './accuracy-result';
import { quietThreads } from './torch-peer';

/** One training, to be followed. */
export interface Handed {
  readonly folder: string;
  readonly arch: Architecture;
  readonly dataset: ClassSet;
  readonly recipe: Recipe;
  readonly start: Tensors;
}

/** The network with its batches written down as they pass; `finish` writes the rest once all have. */
export function recorded(network: Network, handed: Handed): { readonly network: Network; finish(): void } {
  const { folder, arch, dataset, recipe, start } = handed;
  const { mean, std, shape, splits } = dataset;
  const channels = shape[2];
  const at = (name: string): string => join(folder, name);
  const steps: [count: number, learningRate: number][] = [];
  for (const name of ['images.u8', 'labels.u8', 'kept.u8']) writeFileSync(at(name), '');
  const ops = lower(arch);
  const drops = dropoutOf(arch);
  const dropped = drops && {
    ...drops,
    size: ops.find(({ id }) => id === drops.id)?.in.reduce((a, b) => a * b, 1) ?? 0
  };
  const own: Network = {
    ...network,
    trainStep(batch, objective, update) {
      // Pictures are bytes at heart, whatever was done to them: rounding finds them again.
      const bytes = Uint8Array.from(batch.images, (value, i) =>
        Math.round(255 * (value * (std[i % channels] ?? 1) + (mean[i % channels] ?? 0)))
      );
      appendFileSync(at('images.u8'), bytes);
      appendFileSync(at('labels.u8'), batch.labels);
      if (dropped) {
        const mask = dropoutMask(batch.count * dropped.size, dropped.rate, batch.draw);
        appendFileSync(at('kept.u8'), Uint8Array.from(mask, Math.sign));
      }
      steps.push([batch.count, update.learningRate]);
      return network.trainStep(batch, objective, update);
    }
  };
  const finish = (): void => {
    writeFileSync(at('start.safetensors'), writeSafetensors(start, { format: 'pt' }));
    writeFileSync(at('validation-images.u8'), splits.validation.images);
    writeFileSync(at('validation-labels.u8'), splits.validation.labels);
    const plan = { ops, shape, mean, std, dropped, recipe, steps, stepsPerEpoch: stepsPerEpoch(dataset, recipe) };
    writeFileSync(at('network.json'), JSON.stringify(plan));
  };
  return { network: own, finish };
}

/** Trains the same in PyTorch. */
export function inPytorch({ folder }: Pick<Handed, 'folder'>, threads: number): Course {
  const script = join(process.cwd(), 'test/bench/pytorch-accuracy.py');
  const env = { ...process.env, ...quietThreads };
  const { status } = spawnSync('/usr/bin/python3', [script, folder, String(threads)], { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`pytorch-accuracy.py: must end with 0, ended with ${status}`);
  return JSON.parse(readFileSync(join(folder, 'theirs.json'), 'utf8')) as Course;
}

/**
 * @file Benchmarks: the same training here and in PyTorch: same first weights, same batches, same recipe; losses and accuracies
 * side by side. Arguments: network (small, six, six-wide), seeds (1,2,3), recipe fields as JSON; --ours leaves PyTorch out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../src/lib/arch/architecture';
import { fitTo } from '../../src/lib/arch/fit';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '../../src/lib/arch/scale';
import { totalCost } from '../../src/lib/cost/cost';
import type { ClassSet } from '../../src/lib/data/dataset';
import type { Network } from '../../src/lib/engine/engine';
import { defaultRecipe, type Recipe } from '../../src/lib/engine/recipe';
import { createSimdNetwork, openSimdEngine } from '../../src/lib/engine/simd/network';
import { train } from '../../src/lib/engine/train';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { bundledPictures } from '../support/bundled-pictures';
import { keepPair, type Comparison, type Course, type Epoch, type Pair } from './accuracy-result';
import { describeMachine } from './machine';
import { networkA } from './networks';
import { openCore } from './our-peers';
import { inPytorch, recorded } from './pytorch-accuracy';
import { torchVersion } from './torch-peer';

const FIRST_STEPS = 20;

const networks: Readonly<Record<string, Architecture>> = {
  small: { ...scaleWidth(mobileNetV3Small, 0.5), name: 'MobileNetV3-Small ×0.5' },
  six: { ...scaleWidth(networkA, 0.5), name: 'six bnecks' },
  'six-wide': { ...networkA, name: 'six bnecks, full width' }
};

const percent = (share: number | undefined): string => `${((share ?? NaN) * 100).toFixed(2)} %`;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const lastOf = (course: Course | null): number => course?.epochs.at(-1)?.validationAccuracy ?? NaN;

const options = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const [name = 'small', seedList = '1,2,3', changes = '{}'] = options;
const chosen = networks[name];
if (!chosen) throw new Error(`network: must be one of ${Object.keys(networks).join(', ')}, got ${name}`);
const core = await openCore(process.argv.includes('--plain'));
const dataset = await bundledPictures();
const { arch } = fitTo(chosen, dataset.shape, dataset.classes.length);
const ops = lower(arch);
const { params, madds } = totalCost(ops);
const torch = process.argv.includes('--ours') ? null : torchVersion();
// As the page starts: garments are mirrored.
const usual = { augment: { flip: true, crop: 0, cutout: 0 }, ...(JSON.parse(changes) as Partial<Recipe>) };

/** The network, its losses written down step by step. */
function counting(network: Network, losses: number[]): Network {
  return {
    ...network,
    async trainStep(batch, objective, update) {
      const result = await network.trainStep(batch, objective, update);
      losses.push(result.loss);
      return result;
    }
  };
}

async function ourTraining(network: Network, pictures: ClassSet, recipe: Recipe): Promise<Course> {
  const losses: number[] = [];
  const epochs: Epoch[] = [];
  const began = performance.now();
  const used = process.cpuUsage();
  const clock = (): number => performance.now();
  for await (const event of train(counting(network, losses), pictures, recipe, { clock })) {
    if (event.kind === 'failed') throw new Error(event.reason);
    if (event.kind !== 'epoch') continue;
    const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond } = event;
    epochs.push({ trainLoss, trainAccuracy, validationLoss, validationAccuracy });
    const shares = `train ${trainLoss.toFixed(3)} ${percent(trainAccuracy)}, validation ${percent(validationAccuracy)}`;
    console.error(`  epoch ${epoch + 1}: ${shares}, ${imagesPerSecond.toFixed(0)} pictures/s`);
  }
  const { user, system } = process.cpuUsage(used);
  return { losses, epochs, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

const kept = (course: Course): Course => ({
  losses: course.losses.slice(0, FIRST_STEPS),
  epochs: course.epochs,
  seconds: Math.round(course.seconds),
  cpuSeconds: Math.round(course.cpuSeconds)
});

/** Trains a seed here, then in PyTorch on the batches that were written down. */
async function trainBoth(recipe: Recipe): Promise<Pair> {
  const start = initTensors(ops, recipe.seed);
  const folder = mkdtempSync(join(tmpdir(), 'bneck-accuracy-'));
  const built = createSimdNetwork(core, arch, start, recipe.batchSize);
  try {
    const record = torch === null ? null : recorded(built, { folder, arch, dataset, recipe, start });
    const ours = await ourTraining(record?.network ?? built, dataset, recipe);
    record?.finish();
    const theirs = record ? kept(inPytorch({ folder }, 1)) : null;
    return { seed: recipe.seed, ours: kept(ours), theirs };
  } finally {
    built.dispose();
    rmSync(folder, { recursive: true });
  }
}

function tell({ seed, ours, theirs }: Pair): void {
  const courses = [['ours', ours] as const, ...(theirs ? [['PyTorch', theirs] as const] : [])];
  for (const [who, course] of courses) {
    const { seconds, cpuSeconds } = course;
    console.log(`seed ${seed}: ${who} ${percent(lastOf(course))} in ${seconds} s (CPU ${cpuSeconds} s)`);
  }
  if (!theirs) return;
  const gaps = ours.losses.map((loss, i) => Math.abs(loss - (theirs.losses[i] ?? NaN)));
  console.log(`  loss of the first ${gaps.length} steps: largest difference ${Math.max(...gaps).toExponential(1)}`);
}

function tellAll({ pairs }: Comparison): void {
  const [here, there] = [mean(pairs.map(({ ours }) => lastOf(ours))), mean(pairs.map(({ theirs }) => lastOf(theirs)))];
  const seeds = pairs.map(({ seed }) => seed).join(', ');
  console.log(`mean of seeds ${seeds}: ours ${percent(here)}, PyTorch ${Number.isNaN(there) ? 'n/a' : percent(there)}`);
  if (!Number.isNaN(there)) console.log(`difference ${((here - there) * 100).toFixed(2)} points (to stay within 0.5)`);
}

const engine = openSimdEngine(core).build;
console.log(`${arch.name} at ${arch.input.join('x')}: ${params} parameters, ${(madds / 1e6).toFixed(2)} M MAdds`);
console.log(`${engine}; PyTorch ${torch ?? 'n/a'}`);
console.log(JSON.stringify(defaultRecipe(usual)));
let all: Comparison | null = null;
for (const seed of seedList.split(',').map(Number)) {
  const recipe = defaultRecipe({ ...usual, seed });
  const pair = await trainBoth(recipe);
  tell(pair);
  // Kept at once: a long run may be ended between two seeds.
  all = keepPair(name, { network: arch.name, params, madds, engine, machine: describeMachine(torch), recipe }, pair);
}
if (all) tellAll(all);

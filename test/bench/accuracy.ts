/**
 * @file Benchmarks: the same training here and in PyTorch: same first weights, same batches, same recipe; validation accuracy
 * and losses side by side. Arguments: network (six, small), seeds (1,2,3), recipe fields as JSON; --ours leaves PyTorch out.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../src/lib/arch/architecture';
import { fitTo } from '../../src/lib/arch/fit';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '../../src/lib/arch/scale';
import { totalCost } from '../../src/lib/cost/cost';
import { readBundled } from '../../src/lib/data/bundled';
import type { ClassSet } from '../../src/lib/data/dataset';
import { defaultRecipe, type Recipe } from '../../src/lib/engine/recipe';
import { loadCore } from '../../src/lib/engine/simd/load';
import { createSimdNetwork, openSimdEngine } from '../../src/lib/engine/simd/network';
import type { Network } from '../../src/lib/engine/engine';
import { train } from '../../src/lib/engine/train';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { networkA } from './networks';
import { inPytorch, recorded, type Theirs } from './pytorch-accuracy';
import { torchVersion } from './torch-peer';

const FIRST_STEPS = 20;
const read = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${process.cwd()}/${path}`));

const networks: Readonly<Record<string, Architecture>> = {
  six: { ...scaleWidth(networkA, 0.5), name: 'six bnecks' },
  'six-wide': { ...networkA, name: 'six bnecks, full width' },
  small: { ...scaleWidth(mobileNetV3Small, 0.5), name: 'MobileNetV3-Small x0.5' }
};

/** Our half of a comparison. */
interface Ours {
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
  readonly seconds: number;
  readonly cpuSeconds: number;
}

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

async function ourTraining(network: Network, dataset: ClassSet, recipe: Recipe): Promise<Ours> {
  const losses: number[] = [];
  const accuracies: number[] = [];
  const began = performance.now();
  const used = process.cpuUsage();
  const clock = (): number => performance.now();
  for await (const event of train(counting(network, losses), dataset, recipe, { clock })) {
    if (event.kind === 'failed') throw new Error(event.reason);
    if (event.kind !== 'epoch') continue;
    accuracies.push(event.validationAccuracy);
    const { epoch, trainLoss, trainAccuracy, validationAccuracy, imagesPerSecond } = event;
    const shares = `train ${trainLoss.toFixed(3)} ${percent(trainAccuracy)}, validation ${percent(validationAccuracy)}`;
    console.error(`  epoch ${epoch + 1}: ${shares}, ${imagesPerSecond.toFixed(0)} pictures/s`);
  }
  const { user, system } = process.cpuUsage(used);
  return { losses, accuracies, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

const percent = (share: number | undefined): string => `${((share ?? NaN) * 100).toFixed(2)} %`;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const load = (): string => `load ${(loadavg()[0] ?? NaN).toFixed(1)}`;

const options = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const [name = 'six', seedList = '1,2,3', changes = '{}'] = options;
const chosen = networks[name];
if (!chosen) throw new Error(`network: must be one of ${Object.keys(networks).join(', ')}, got ${name}`);
const generated = 'src/lib/engine/simd/generated';
const core = await loadCore({ plain: read(`${generated}/core.wasm`), relaxed: read(`${generated}/core-relaxed.wasm`) });
const manifest: unknown = JSON.parse(new TextDecoder().decode(read('static/data/fashion-mnist.json')));
const dataset = await readBundled(manifest, read('static/data/fashion-mnist.u8.gz'));
const { arch } = fitTo(chosen, dataset.shape, dataset.classes.length);
const ops = lower(arch);
const { params, madds } = totalCost(ops);
const torch = process.argv.includes('--ours') ? null : torchVersion();
const processor = `${cpus()[0]?.model ?? '?'}, ${cpus().length} logical cores`;
console.log(`${arch.name} at ${arch.input.join('x')}: ${params} parameters, ${(madds / 1e6).toFixed(2)} M MAdds`);
console.log(`${openSimdEngine(core).build}; PyTorch ${torch ?? 'n/a'}; ${processor}; ${load()}`);

const rounded = ({ losses, accuracies, seconds, cpuSeconds }: Ours): Ours => ({
  losses: losses.slice(0, FIRST_STEPS),
  accuracies,
  seconds: Math.round(seconds),
  cpuSeconds: Math.round(cpuSeconds)
});

/** Writes what there is so far: a long run may be ended between two seeds. */
function save(rows: readonly { seed: number; ours: Ours; theirs: Theirs | null }[]): void {
  const kept = rows.map(({ seed, ours, theirs }) => ({ seed, ours: rounded(ours), theirs: theirs && rounded(theirs) }));
  const recipe = defaultRecipe(JSON.parse(changes) as Partial<Recipe>);
  const result = { network: arch.name, params, madds, processor, engine: openSimdEngine(core).build, torch, recipe };
  const results = join(process.cwd(), 'test/bench/results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `accuracy-${name}.json`), `${JSON.stringify({ ...result, rows: kept }, null, 2)}\n`);
}

const rows: { seed: number; ours: Ours; theirs: Theirs | null }[] = [];
for (const seed of seedList.split(',').map(Number)) {
  const recipe = defaultRecipe({ ...(JSON.parse(changes) as Partial<Recipe>), seed });
  const start = initTensors(ops, seed);
  const folder = mkdtempSync(join(tmpdir(), 'bneck-accuracy-'));
  const built = createSimdNetwork(core, arch, start, recipe.batchSize);
  try {
    const record = torch ? recorded(built, { folder, arch, dataset, recipe, start }) : null;
    const ours = await ourTraining(record?.network ?? built, dataset, recipe);
    record?.finish();
    const theirs = record ? inPytorch({ folder }, 1) : null;
    rows.push({ seed, ours, theirs });
    save(rows);
    if (rows.length === 1) console.log(JSON.stringify(recipe));
    const time = ({ seconds, cpuSeconds }: Ours): string => `${seconds.toFixed(0)} s (CPU ${cpuSeconds.toFixed(0)} s)`;
    console.log(`seed ${seed}: ours ${percent(ours.accuracies.at(-1))} in ${time(ours)}, ${load()}`);
    if (!theirs) continue;
    console.log(`seed ${seed}: PyTorch ${percent(theirs.accuracies.at(-1))} in ${time(theirs)}, ${load()}`);
    const gaps = ours.losses.slice(0, FIRST_STEPS).map((loss, i) => Math.abs(loss - (theirs.losses[i] ?? NaN)));
    console.log(`  loss of the first ${FIRST_STEPS} steps: largest difference ${Math.max(...gaps).toExponential(1)}`);
    if (rows.length > 1) continue;
    for (let i = 0; i < FIRST_STEPS; i++) {
      console.log(`  step ${i + 1}: ${ours.losses[i]?.toFixed(6)} ${theirs.losses[i]?.toFixed(6)}`);
    }
  } finally {
    built.dispose();
    rmSync(folder, { recursive: true });
  }
}
const last = rows.map(({ ours, theirs }) => [ours.accuracies.at(-1) ?? NaN, theirs?.accuracies.at(-1) ?? NaN] as const);
const [here, there] = [mean(last.map(([a]) => a)), mean(last.map(([, b]) => b))];
console.log(`mean of ${rows.length}: ours ${percent(here)}, PyTorch ${torch ? percent(there) : 'n/a'}`);
if (torch) console.log(`difference ${((here - there) * 100).toFixed(2)} points (to stay within 0.5)`);

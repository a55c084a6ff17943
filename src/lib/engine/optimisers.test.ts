/** @file Five steps of every optimiser on both engines against PyTorch (RMSProp: TensorFlow's, written out in PyTorch). */
import { describe, expect, test } from 'vitest';
import { coreOfTests } from '../../../test/support/simd-core';
import { dataOf } from '../../../test/support/compare';
import { gapOf, golden, startOfSteps } from '../../../test/support/training-golden';
import type { Architecture } from '../arch/architecture';
import { classifier } from '../arch/presets/rows';
import { plainClasses } from '../task/objective';
import type { Engine, Network } from './engine';
import { openSimdEngine } from './simd/network';
import { openTfjsEngine } from './tfjs/network';

const arch: Architecture = {
  format: 1,
  name: 'two dense layers',
  input: [3, 3, 2],
  classes: 5,
  padding: 'same',
  norm: null,
  convBias: false,
  scaling: 'v3',
  stem: null,
  rows: [],
  head: classifier(null, { out: 7, nl: 'relu' })
};
const { steps } = golden;
const batch = { count: 8, images: Float32Array.from(steps.images), labels: Uint8Array.from(steps.labels) };
const [core, plain] = [await coreOfTests(), await coreOfTests(true)];
const engines: Record<string, () => Promise<Engine>> = {
  'simd relaxed': async () => openSimdEngine(core),
  'simd plain': async () => openSimdEngine(plain),
  'tfjs cpu': () => openTfjsEngine('cpu')
};

type Case = (typeof steps.cases)[number];

async function run(network: Network, given: Case, from = 0, to = steps.rates.length): Promise<number[]> {
  const { optimizer, weightDecay, clipNorm, averaging } = given;
  const losses: number[] = [];
  for (const learningRate of steps.rates.slice(from, to)) {
    const update = { learningRate, weightDecay, optimizer, clipNorm, averaging };
    losses.push((await network.trainStep(batch, plainClasses, update)).loss);
  }
  return losses;
}

const worst = (expected: Readonly<Record<string, readonly number[]>>, got: Record<string, Float32Array>): number =>
  Math.max(...Object.entries(expected).map(([name, values]) => gapOf(values, got[name] ?? [])));

describe.each(Object.keys(engines))('%s', (name) => {
  const open = async (): Promise<Network> => (await engines[name]!()).createNetwork(arch, startOfSteps(), 8);

  test.each(steps.cases)(
    'five steps are PyTorch’s: $optimizer, clip $clipNorm, averaging $averaging',
    async (given) => {
      const network = await open();
      expect(gapOf(given.losses, await run(network, given))).toBeLessThan(1e-5);
      expect(worst(given.after, dataOf(await network.read()))).toBeLessThan(1e-5);
      expect(worst(given.averaged, dataOf(await network.readAveraged()))).toBeLessThan(1e-5);
      network.dispose();
    }
  );

  test.each(steps.cases)('goes on from a stored state as if never stopped: $optimizer', async (given) => {
    const [whole, first, second] = [await open(), await open(), await open()];
    expect(await first.readState()).toEqual({});
    await run(whole, given);
    await run(first, given, 0, 2);
    await second.write(await first.read());
    await second.writeState(await first.readState());
    await run(second, given, 2);
    expect(await second.read()).toEqual(await whole.read());
    expect(await second.readAveraged()).toEqual(await whole.readAveraged());
    expect(await second.readState()).toEqual(await whole.readState());
    for (const network of [whole, first, second]) network.dispose();
  });

  test.each([
    ['sgd', 'adam'],
    ['adam', 'rmsprop'],
    ['rmsprop', 'sgd']
  ])('what %s remembers is nothing to %s, which begins anew', async (before, after) => {
    const caseOf = (kind: string): Case => steps.cases.find(({ optimizer }) => optimizer.kind === kind)!;
    const [went, fresh] = [await open(), await open()];
    await run(went, caseOf(before), 0, 2);
    await fresh.write(await went.read());
    await fresh.writeState(
      Object.fromEntries(Object.entries(await went.readState()).filter(([of]) => of.endsWith('/average')))
    );
    await run(went, caseOf(after), 2);
    await run(fresh, caseOf(after), 2);
    expect(await went.read()).toEqual(await fresh.read());
    for (const network of [went, fresh]) network.dispose();
  });
});

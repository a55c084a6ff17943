import { expect, test } from 'vitest';
import { gapOf, golden } from '../../../test/support/training-golden';
import { schedules } from '../task/optimize';
import { defaultRecipe, learningRateAt } from './recipe';

test('the learning rate warms up in a line and falls in half a cosine', () => {
  const recipe = defaultRecipe({ learningRate: 0.2, schedule: { kind: 'cosine', warmupSteps: 10 } });
  const at = (step: number): number => learningRateAt(step, 110, recipe);
  expect(at(0)).toBeCloseTo(0.02);
  expect(at(4)).toBeCloseTo(0.1);
  expect(at(10)).toBeCloseTo(0.2);
  expect(at(60)).toBeCloseTo(0.1);
  expect(at(109)).toBeLessThan(0.001);
});

test('a short run warms up for a tenth of its steps at most', () => {
  const recipe = defaultRecipe({ learningRate: 1, schedule: { kind: 'cosine', warmupSteps: 1000 } });
  expect(learningRateAt(1, 20, recipe)).toBe(1);
  expect(learningRateAt(0, 1, recipe)).toBe(1);
});

test('single fields of the default recipe can be replaced', () => {
  expect(defaultRecipe({ epochs: 3 })).toEqual({ ...defaultRecipe(), epochs: 3 });
});

test('one cycle is PyTorch’s', () => {
  const { learningRate, rates } = golden.oneCycle;
  const recipe = defaultRecipe({ learningRate, schedule: schedules.oneCycle });
  const got = rates.map((_, step) => learningRateAt(step, rates.length, recipe));
  expect(gapOf(rates, got)).toBeLessThan(1e-9);
});

test('steps drop the rate at their shares of the run, a constant one stays; both warm up', () => {
  const at = (recipe: ReturnType<typeof defaultRecipe>) => (step: number) => learningRateAt(step, 100, recipe);
  const drops = at(defaultRecipe({ learningRate: 1, schedule: { ...schedules.step, warmupSteps: 4 } }));
  expect(gapOf([0.25, 1, 1, 0.1, 0.1, 0.01, 0.01], [0, 3, 49, 50, 74, 75, 99].map(drops))).toBeLessThan(1e-12);
  const flat = at(defaultRecipe({ learningRate: 0.5, schedule: { ...schedules.constant, warmupSteps: 2 } }));
  expect([0, 1, 50, 99].map(flat)).toEqual([0.25, 0.5, 0.5, 0.5]);
});

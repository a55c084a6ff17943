import { expect, test } from 'vitest';
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

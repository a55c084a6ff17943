import { expect, test } from 'vitest';
import { mobileNetV3Small } from '../arch/presets/mobilenet-v3';
import { scaleWidth } from '../arch/scale';
import { lower } from '../ops/lower';
import { initialisers, initTensors } from './init';

const small = initTensors(lower(mobileNetV3Small), 1);
const spread = (data: Float32Array): number => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);

test('the same seed draws the same tensors, another seed others', () => {
  const ops = lower(scaleWidth(mobileNetV3Small, 0.25));
  expect(initTensors(ops, 3)).toEqual(initTensors(ops, 3));
  expect(initTensors(ops, 4)['stem.weight']).not.toEqual(initTensors(ops, 3)['stem.weight']);
});

test('a tensor does not depend on which others are drawn', () => {
  const ops = lower(scaleWidth(mobileNetV3Small, 0.25));
  const one = ops.slice(3, 4);
  const all = initTensors(ops, 3);
  for (const [name, tensor] of Object.entries(initTensors(one, 3))) expect(tensor).toEqual(all[name]);
});

test.each([
  ['stem.weight', Math.sqrt(2 / (9 * 16))],
  ['row04.expand.weight', Math.sqrt(2 / 96)],
  ['row04.depthwise.weight', Math.sqrt(2 / 25)],
  ['row04.squeeze.weight', Math.sqrt(2 / 96)],
  ['row04.excite.weight', Math.sqrt(1 / 24)],
  ['head.logits.weight', 0.01]
])('%s has the deviation of He et al. 2015, small for the logits', (name, wanted) => {
  const tensor = small[name]!;
  expect(spread(tensor.data) / wanted).toBeGreaterThan(0.9);
  expect(spread(tensor.data) / wanted).toBeLessThan(1.1);
});

test('norms start as the identity and biases at zero', () => {
  const rest = { gamma: 1, beta: 0, mean: 0, variance: 1, bias: 0 };
  for (const [role, value] of Object.entries(rest)) {
    const found = Object.entries(small).filter(([name]) => name.endsWith(`.${role}`));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(([, { data }]) => data.every((x) => x === value))).toBe(true);
  }
});

const asTorchvision = initTensors(lower(mobileNetV3Small), 1, 'torchvision');

/** Standard deviations of torchvision 0.14's mobilenet_v3_small as it starts (one draw; the small tensors stray by chance). */
test.each([
  ['row04.expand.weight', 0.1439],
  ['row04.depthwise.weight', 0.0288],
  ['row04.squeeze.weight', 0.2892],
  ['row04.project.weight', 0.2223],
  ['head.hidden.weight', 0.01],
  ['head.logits.weight', 0.01]
])('the rule torchvision starts %s as torchvision does', (name, wanted) => {
  const tensor = asTorchvision[name]!;
  expect(Math.abs(spread(tensor.data) / wanted - 1)).toBeLessThan(0.06);
});

test('the rule slim draws within two deviations of 0.09, with the spread of a normal cut there', () => {
  const { data } = initTensors(lower(mobileNetV3Small).slice(-1), 1, 'slim')['head.logits.weight']!;
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  expect(data.every((x) => Math.abs(x) <= 0.18)).toBe(true);
  expect(Math.abs(mean)).toBeLessThan(1e-3);
  // A standard normal cut at ±2 has variance 1 - 4 φ(2) / (2 Φ(2) - 1) = 0.7737.
  expect(spread(data) / 0.09).toBeCloseTo(Math.sqrt(0.7737), 2);
});

test('rules draw different numbers from one seed', () => {
  const ops = lower(scaleWidth(mobileNetV3Small, 0.25));
  const stems = initialisers.map((rule) => initTensors(ops, 3, rule)['row04.squeeze.weight']?.data[0]);
  expect(new Set(stems).size).toBe(initialisers.length);
});

/** @file A training starts from the weights it was given, fitted to its pictures; what does not fit is drawn anew. */
import { describe, expect, test } from 'vitest';
import { fitTo } from '$lib/arch/fit';
import { presetById } from '$lib/arch/presets/catalogue';
import { lower } from '$lib/ops/lower';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { goldenTensors } from '$lib/weights/golden-weights';
import { initTensors } from '$lib/weights/init';
import { checkTensors } from '$lib/weights/safetensors';
import type { CliNetwork } from '../../src/cli/network';
import { pruningStart, trainingStart } from '../../src/cli/start';

const { arch } = presetById('v3-small')!;
const data = { kind: 'bundled', id: 'fashion-mnist' } as const;
const fitted = fitTo(arch, [28, 28, 1], 10).arch;
const network = (tensors: CliNetwork['tensors']): CliNetwork => ({ name: 'v3-small', arch, tensors, from: null });

const bytesOf = ({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const same = (a: Tensors, b: Tensors): boolean =>
  Object.keys(a).join() === Object.keys(b).join() &&
  Object.entries(a).every(([name, tensor]) => Buffer.compare(bytesOf(tensor), bytesOf(b[name]!)) === 0);

describe('trainingStart', () => {
  test('keeps what fits and draws stem and logits anew for gray pictures of ten classes', () => {
    const given = initTensors(lower(arch), 7);
    const start = trainingStart(network(given), data, { seed: 1, weights: { kind: 'file', path: 'w.safetensors' } })!;
    expect(checkTensors(fitted, start.tensors)).toEqual([]);
    expect(start.tensors['row02.expand.weight']).toBe(given['row02.expand.weight']);
    const drawn = initTensors(lower(fitted), 1)['head.logits.weight']!;
    expect(Buffer.compare(bytesOf(start.tensors['head.logits.weight']!), bytesOf(drawn))).toBe(0);
    expect(start.from).toMatchObject({ dataset: 'fashion-mnist', epochs: 0, validationAccuracy: null });
  });

  test('seeds fill the fitted table', () => {
    const drawn = { seed: 1, weights: { kind: 'init', seed: 5, rule: 'slim' } } as const;
    expect(same(trainingStart(network({}), data, drawn)!.tensors, initTensors(lower(fitted), 5, 'slim'))).toBe(true);
    const golden = { seed: 1, weights: { kind: 'golden', seed: 5 } } as const;
    expect(same(trainingStart(network({}), data, golden)!.tensors, goldenTensors(fitted, 5))).toBe(true);
  });

  test('is nothing without weights', () => {
    expect(trainingStart(network(null), data, { seed: 1 })).toBeNull();
  });
});

test('pruningStart needs weights and takes them as they are', () => {
  const given = initTensors(lower(arch), 7);
  const start = pruningStart(network(given), data, 3);
  expect(start).toMatchObject({ format: 1, from: { seed: 3, epochs: 0 } });
  expect(start.arch).toBe(arch);
  expect(start.tensors).toBe(given);
  expect(() => pruningStart(network(null), data, 3)).toThrow('adapt needs trained weights');
});

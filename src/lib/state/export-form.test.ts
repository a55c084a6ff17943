/** @file Tests of what an export is asked for: the network a person most likely means, and options that belong. */
import { describe, expect, test } from 'vitest';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { Architecture } from '$lib/arch/architecture';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { exportables, exportChoice, exportRequest, firstExportForm, openExportable, usualNetwork } from './export-form';

const trained = (arch: Architecture): Checkpoint => ({
  format: 1,
  arch,
  tensors: { bias: { shape: [1], data: new Float32Array(1) } },
  from: { dataset: '', datasetSha256: '', epochs: 1, seed: 1, engine: '', validationAccuracy: 0.8 }
});
const none = { trained: null, found: null, pruned: null };
const isOpen = (arch: Architecture): boolean => arch === mobileNetV3Small;
const untrained = openExportable(mobileNetV3Small, null);

describe('the network that is exported unless another is picked', () => {
  test('is the open table where nothing was trained', () => {
    expect(usualNetwork(exportables(untrained, none), isOpen, false)).toBe('open');
  });
  test.each(['trained', 'pruned', 'found'] as const)('is the %s one where that is the open table', (network) => {
    const networks = exportables(untrained, { ...none, [network]: trained(mobileNetV3Small) });
    expect(usualNetwork(networks, isOpen, false)).toBe(network);
  });
  test('is the open table where only others were trained', () => {
    const other = trained(mobileNetV2);
    const networks = exportables(untrained, { trained: other, found: other, pruned: other });
    expect(usualNetwork(networks, isOpen, true)).toBe('open');
  });
  test('is the one whose weights were opened, until the table is trained again', () => {
    const opened = openExportable(mobileNetV3Small, trained(mobileNetV3Small));
    const networks = exportables(opened, { ...none, trained: trained(mobileNetV3Small) });
    expect(usualNetwork(networks, isOpen, false)).toBe('open');
    expect(usualNetwork(networks, isOpen, true)).toBe('trained');
  });
});

test('weights of another table are not exported with the open one', () => {
  expect(openExportable(mobileNetV3Small, trained(mobileNetV2)).tensors).toBeNull();
});

test('ONNX takes the nearest of what was asked of TensorFlow Lite, and options of one stay out of the other', () => {
  const form = { ...firstExportForm, weights: 'int8', opset: 21 } as const;
  expect(exportChoice(form, mobileNetV3Small)).toMatchObject({ format: 'onnx', weights: 'dynamicInt8', opset: 21 });
  expect(exportChoice({ ...form, format: 'keras' }, mobileNetV3Small)).toEqual({ format: 'keras' });
});

test('layers of another network are not kept in floats', () => {
  const form = {
    ...firstExportForm,
    format: 'tflite',
    weights: 'int8',
    floats: ['row03.depthwise', 'row99.se']
  } as const;
  const { choice } = exportRequest(form, untrained, null);
  expect(choice).toMatchObject({ weights: { floats: ['row03.depthwise'] } });
});

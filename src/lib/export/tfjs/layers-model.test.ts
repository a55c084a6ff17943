import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../arch/options';
import { presetById } from '../../arch/presets/catalogue';
import { lower } from '../../ops/lower';
import { tensorsOf } from '../../ops/tensors';
import type { Tensors } from '../../weights/checkpoint';
import { toTfjsLayers } from './layers-model';

const table = (id: string, change: NetworkChange = {}): Architecture => {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return applyNetworkOptions(preset.arch, change);
};

const ones = (arch: Architecture): Tensors =>
  Object.fromEntries(
    lower(arch)
      .flatMap(tensorsOf)
      .map(({ name, shape }) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1) }])
  );

interface Layer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface Model {
  readonly format: string;
  readonly modelTopology: {
    readonly model_config: { readonly config: { readonly layers: readonly Layer[]; readonly output_layers: unknown } };
  };
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  }[];
}

function written(arch: Architecture) {
  const { modelJson, weights } = toTfjsLayers(arch, ones(arch));
  const model = JSON.parse(modelJson) as Model;
  const { layers, output_layers: outputs } = model.modelTopology.model_config.config;
  return { model, weights, outputs, layers, layer: (name: string) => layers.find((one) => one.name === name) };
}

/** Classes that `tf.loadLayersModel` knows by itself. */
const builtIn = [
  'Activation',
  'Add',
  'BatchNormalization',
  'Concatenate',
  'Conv2D',
  'Dense',
  'DepthwiseConv2D',
  'Dropout',
  'GlobalAveragePooling2D',
  'InputLayer',
  'Multiply',
  'Permute',
  'ReLU',
  'Rescaling',
  'Reshape',
  'ZeroPadding2D'
];

describe('a layers model', () => {
  const { model, weights, layers, layer } = written(table('v3-large'));

  test('holds every number once, in files of 4 MB', () => {
    const [group] = model.weightsManifest;
    const numbers = group?.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0) ?? 0;
    const own = lower(table('v3-large')).flatMap(tensorsOf);
    expect(numbers).toBe(own.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0));
    expect(weights.map(({ path }) => path)).toEqual(group?.paths);
    expect(weights.map(({ bytes }) => bytes.length)).toEqual([
      ...Array.from({ length: 5 }, () => 4 * 1024 * 1024),
      4 * numbers - 20 * 1024 * 1024
    ]);
  });

  test('is of built-in classes, h-swish spelled out', () => {
    expect([...new Set(layers.map(({ class_name: kind }) => kind))].filter((kind) => !builtIn.includes(kind))).toEqual(
      []
    );
    const swish = layers.filter(({ name }) => name.startsWith('stem')).map(({ class_name: kind }) => kind);
    expect(swish).toEqual(['Conv2D', 'BatchNormalization', 'Rescaling', 'ReLU', 'Rescaling', 'Multiply']);
  });

  test('keeps the norms of the table and its dropout', () => {
    expect(layer('row01_depthwise_bn')?.config).toMatchObject({ epsilon: 1e-3, momentum: 0.99, center: true });
    expect(layer('head_dropout')?.config).toMatchObject({ rate: 0.2 });
  });
});

test('symmetric zeros at stride 2 are layers of their own; TensorFlow’s SAME needs none', () => {
  const kinds = (padding: 'same' | 'symmetric') =>
    written(table('v2', { padding })).layers.filter(({ class_name: kind }) => kind === 'ZeroPadding2D').length;
  expect([kinds('same'), kinds('symmetric')]).toEqual([0, 5]);
});

test('a dilated depthwise kernel, which the layers know not, has zeros between its taps', () => {
  const { layer, model } = written(table('v3-small', { outputStride: 16 }));
  expect(layer('row09_depthwise')?.config).toMatchObject({
    kernel_size: [9, 9],
    dilation_rate: [1, 1],
    strides: [1, 1]
  });
  const spec = model.weightsManifest[0]?.weights.find(({ name }) => name === 'row09_depthwise/depthwise_kernel');
  expect(spec?.shape).toEqual([9, 9, 288, 1]);
});

test('what the answers do not need stays away, and an answer asked for twice comes twice', () => {
  const { layers, outputs } = written(table('v2', { head: 'features', outIndices: [2, 2] }));
  expect(layers.some(({ name }) => name.startsWith('row04'))).toBe(false);
  expect(outputs).toEqual([
    ['row03_add', 0, 0],
    ['row03_add_again1', 0, 0]
  ]);
});

test('a missing tensor is refused by its name', () => {
  expect(() => toTfjsLayers(table('v2'), {})).toThrow('stem.weight');
});

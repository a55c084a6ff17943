import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomTables } from '../../../../test/support/random-tables';
import type { Architecture } from '../../arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../arch/options';
import { presetById, presets } from '../../arch/presets/catalogue';
import { lower } from '../../ops/lower';
import { tensorsOf } from '../../ops/tensors';
import type { Tensors } from '../../weights/checkpoint';
import { readSafetensors } from '../../weights/safetensors-format';
import { exportKeras, toKeras } from './keras';

const table = (id: string, change: NetworkChange = {}): Architecture => {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return applyNetworkOptions(preset.arch, change);
};

const counted = (arch: Architecture): Tensors =>
  Object.fromEntries(
    lower(arch)
      .flatMap(tensorsOf)
      .map(({ name, shape }) => {
        const size = shape.reduce((a, b) => a * b, 1);
        return [name, { shape, data: Float32Array.from({ length: size }, (_, i) => i) }];
      })
  );

const small = toKeras(table('v3-small'));

describe('the source of V3-Small', () => {
  test('has the rows of the paper as data, in aligned columns under their names', () => {
    expect(small).toContain('Row = namedtuple("Row", "kernel exp out se nl stride")');
    expect(small).toMatch(/ROWS = \[\n {4}# +kernel +exp +out +se +nl +stride\n/);
    const rows = small.split('\n').filter((line) => line.startsWith('    Row('));
    expect(rows).toHaveLength(11);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows[0]?.replace(/ +/g, ' ')).toBe(' Row( 3, 16, 16, 8, "RE", 2),');
    expect(rows[4]?.replace(/ +/g, ' ')).toBe(' Row( 5, 240, 40, 64, "HS", 1),');
  });

  test('defines what it uses and nothing else', () => {
    const defined = [...small.matchAll(/^def (\w+)/gm)].map(([, name = '']) => name);
    expect(defined).toEqual([
      'hard_sigmoid',
      'activation',
      'norm_act',
      'conv_norm_act',
      'depthwise_norm_act',
      'squeeze_excite',
      'inverted_residual',
      'classifier',
      'build_model',
      'load_weights'
    ]);
  });

  test('is the same at another size but for the size', () => {
    const other = toKeras(table('v3-small', { input: [193, 161, 3] }));
    expect(other).not.toBe(small);
    expect(other.replaceAll('193, 161, 3', '224, 224, 3')).toBe(small);
  });
});

test('a function is there only where a table needs it', () => {
  expect(toKeras(table('v2', { padding: 'same' }))).not.toMatch(/def (pad|thin|hard_sigmoid|squeeze_excite)/);
  expect(toKeras(table('v2', { padding: 'symmetric' }))).toContain('def pad(');
  expect(toKeras(table('v1'))).toContain('def separable(');
  expect(toKeras(table('v3-large', { head: 'ssdlite' }))).toContain('def detect(');
});

describe('every table', () => {
  const check = (arch: Architecture): void => {
    const source = toKeras(arch);
    expect(source.split('\n').filter((line) => line.length > 100 || / $/.test(line))).toEqual([]);
    for (const [, name = ''] of source.matchAll(/^def (\w+)/gm))
      if (!['build_model', 'load_weights', 'detect', 'detection_grids'].includes(name))
        expect(source.match(new RegExp(`\\b${name}\\b`, 'g'))?.length, name).toBeGreaterThan(1);
  };

  test('has lines of at most 100 characters and no function that nobody calls', () => {
    for (const { arch } of presets) check(arch);
    for (const head of ['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const) check(table('v3-large', { head }));
    fc.assert(fc.property(randomTables(), check), { numRuns: 300, seed: 5 });
  });

  test('keeps its name out of the code, whatever it is', () => {
    const name = '"""\nimport os\n\\u0022""" 网络 {x}';
    const source = toKeras({ ...table('v2'), name });
    expect(source.split('"""')[2]?.trim().startsWith('import json')).toBe(true);
    expect(source).not.toMatch(/^import os/m);
    expect(source).toContain('name="import_os_u0022_x")');
  });
});

describe('the weights', () => {
  const arch = table('v3-small', { classes: 7 });

  test('are every tensor of the table under its layer, in the layouts of Keras', () => {
    const [source, weights] = exportKeras(arch, counted(arch));
    expect([source?.name, weights?.name]).toEqual(['model.py', 'model.safetensors']);
    const read = readSafetensors(weights?.content as Uint8Array);
    const tensors = read.kind === 'ok' ? read.tensors : {};
    expect(Object.keys(tensors)).toHaveLength(lower(arch).flatMap(tensorsOf).length);
    expect(tensors['stem/kernel']?.shape).toEqual([3, 3, 3, 16]);
    expect(tensors['stem_bn/moving_variance']?.shape).toEqual([16]);
    expect(tensors['row01_depthwise/kernel']?.shape).toEqual([3, 3, 16, 1]);
    expect(tensors['head_logits/kernel']?.shape).toEqual([1024, 7]);
  });

  test('of a transposed convolution have their channels turned', () => {
    const head = { kind: 'decoder', filters: 3, gate: 'sigmoid', stages: [], out: 'linear' } as const;
    const masks: Architecture = { ...table('v2', { width: 0.35 }), classes: 2, head };
    const read = readSafetensors(exportKeras(masks, counted(masks))[1]?.content as Uint8Array);
    const kernel = read.kind === 'ok' ? read.tensors['head_mask/kernel'] : undefined;
    expect(kernel?.shape).toEqual([2, 2, 2, 3]);
    expect([...(kernel?.data ?? [])].slice(0, 6)).toEqual([0, 2, 4, 1, 3, 5]);
  });

  test('stay away where there are none, and are refused where one is missing', () => {
    expect(exportKeras(arch, null).map(({ name }) => name)).toEqual(['model.py']);
    expect(() => exportKeras(arch, {})).toThrow('keras stem.weight');
  });
});

import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../arch/architecture';
import { mapHeadLayers } from '../../arch/head-layers';
import { article002 } from '../../arch/presets/article-002';
import { mobileNetV1 } from '../../arch/presets/mobilenet-v1';
import { mobileNetV2 } from '../../arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3Small } from '../../arch/presets/mobilenet-v3';
import { withHead, type HeadChoice } from '../../arch/with-head';
import { scaleWidth } from '../../arch/scale';
import { lower } from '../../ops/lower';
import { tensorsOf } from '../../ops/tensors';
import type { Tensor, Tensors } from '../../weights/checkpoint';
import { readNamed } from '../../weights/names/read-named';
import { readSafetensors } from '../../weights/safetensors-format';
import { exportPyTorch, toPyTorch } from './pytorch';
import { pytorchTensors } from './tensors';

const classesIn = (source: string): string[] => [...source.matchAll(/^class (\w+)/gm)].map(([, name]) => name ?? '');

/** Tensors whose numbers count on, so that none can stand in for another. */
function counted(arch: Architecture): Tensors {
  let next = 0;
  return Object.fromEntries(
    lower(arch)
      .flatMap(tensorsOf)
      .map(({ name, shape }) => {
        const size = shape.reduce((product, side) => product * side, 1);
        return [name, { shape, data: Float32Array.from({ length: size }, () => next++) }];
      })
  );
}

const equal = (a: Tensor | undefined, b: Tensor | undefined): boolean =>
  a?.shape.join() === b?.shape.join() && a?.data.every((value, i) => value === b?.data[i]) === true;

describe('toPyTorch', () => {
  test('has only the classes that the table needs', () => {
    const symmetric = { padding: 'symmetric' } as const;
    expect(classesIn(toPyTorch({ ...mobileNetV1, ...symmetric }))).toEqual([
      'ConvNormAct',
      'Row',
      'SeparableConv',
      'MobileNet'
    ]);
    expect(classesIn(toPyTorch(mobileNetV2))).toEqual([
      'SameConv2d',
      'ConvNormAct',
      'Row',
      'InvertedResidual',
      'MobileNet'
    ]);
    expect(classesIn(toPyTorch({ ...mobileNetV3Small, ...symmetric }))).toContain('SqueezeExcite');
  });

  test('keeps a column of the table only where rows differ in it', () => {
    const [kernel, exp, out, se, act, stride] = ['kernel', 'exp', 'out', 'se', 'act', 'stride'];
    const header = (arch: Architecture): string[] => / {4}# +(.*)/.exec(toPyTorch(arch))?.[1]?.split(/\s+/) ?? [];
    expect(header(mobileNetV3Large)).toEqual([kernel, exp, out, se, act, stride]);
    expect(header(mobileNetV2)).toEqual([kernel, exp, out, act, stride]);
    expect(header(mobileNetV1)).toEqual([kernel, out, act, stride]);
  });

  test('says what it costs, and whose names it uses where it does', () => {
    const source = toPyTorch(mobileNetV2);
    expect(source).toContain('Parameters: 3,504,872. Multiply-adds: 300,774,272.');
    expect(source).toContain('torchvision');
    expect(toPyTorch(mobileNetV1)).not.toContain('torchvision');
  });

  test('a name cannot leave its docstring', () => {
    const name = 'x"""\nimport os\nos.remove("\\\u2028")  # '.padEnd(120, 'y');
    const source = toPyTorch({ ...mobileNetV3Small, name });
    const [first = '', second = ''] = source.split('\n');
    expect(first).toBe("\"\"\"x''' import os os.remove('/ ') #");
    expect(second).toMatch(/^y+\.$/);
    expect(source.match(/"""/g)).toHaveLength(toPyTorch(mobileNetV3Small).match(/"""/g)?.length ?? 0);
  });

  test.each<HeadChoice>(['classifier', 'features', 'lraspp', 'lraspp-paper', 'ssdlite'])(
    'no line under the head %s is longer than 100 columns or ends in a space',
    (head) => {
      const lines = toPyTorch(withHead(mobileNetV3Large, head)).split('\n');
      expect(lines.filter((line) => line.length > 100 || line.endsWith(' '))).toEqual([]);
    }
  );
});

describe('pytorchTensors', () => {
  const small = (arch: Architecture): Architecture => {
    const scaled = scaleWidth({ ...arch, classes: 3 }, 0.25);
    return { ...scaled, head: mapHeadLayers(scaled.head, (layer) => ({ ...layer, out: 16 })) };
  };
  test.each([
    ['V2', small(mobileNetV2)],
    ['V3-Small', small(mobileNetV3Small)],
    ['V3-Large with LR-ASPP', small(withHead(mobileNetV3Large, 'lraspp'))],
    ['V3-Large with SSDLite', small(withHead(mobileNetV3Large, 'ssdlite'))]
  ])('gives %s the names of torchvision, and comes back as it was', (_, arch) => {
    const tensors = counted(arch);
    const [, weights] = exportPyTorch(arch, tensors);
    if (typeof weights?.content !== 'object') throw new Error('weights must be there');
    const file = readSafetensors(weights.content);
    if (file.kind !== 'ok') throw new Error('the file must be read');
    const read = readNamed(file.tensors, arch);
    if (read.kind !== 'ok') throw new Error('the names must be known');
    expect(read.convention).toBe('torchvision');
    expect(Object.keys(read.tensors)).toEqual(Object.keys(tensors));
    expect(Object.keys(tensors).filter((name) => !equal(read.tensors[name], tensors[name]))).toEqual([]);
  });

  test('keeps every number of a network that torchvision does not know, under names of its own', () => {
    const arch = { ...small(article002[0]?.arch ?? mobileNetV3Small), input: [32, 32, 3] as const };
    const tensors = counted(arch);
    const named = pytorchTensors(arch, tensors);
    expect(Object.keys(named)).toContain('features.4.block.3.fc1.0.weight');
    expect(Object.keys(named)).toContain('features.11.shortcut.1.running_mean');
    const sum = (all: Tensors): number =>
      Object.values(all).reduce((total, { data }) => total + data.reduce((a, b) => a + b, 0), 0);
    expect(sum(named)).toBe(sum(tensors));
    expect(Object.keys(named)).toHaveLength(Object.keys(tensors).length);
  });

  test('turns the mask of a decoder to [in, out, rows, columns]', () => {
    const head = { kind: 'decoder', filters: 2, gate: 'sigmoid', stages: [], out: 'linear' } as const;
    const arch: Architecture = { ...small(mobileNetV3Small), head };
    const data = Float32Array.from({ length: 24 }, (_, i) => i);
    const mask = { shape: [2, 2, 2, 3], data };
    const turned = pytorchTensors(arch, { ...counted(arch), 'head.mask.weight': mask })['mask.weight'];
    expect(turned?.shape).toEqual([2, 3, 2, 2]);
    // Row 1, column 0, from channel 1 to channel 2: [1, 0, 1, 2] of ours, [1, 2, 1, 0] there.
    expect(turned?.data[((1 * 3 + 2) * 2 + 1) * 2]).toBe(data[((1 * 2 + 0) * 2 + 1) * 3 + 2]);
  });

  test('refuses tensors that are not there', () => {
    expect(() => pytorchTensors(mobileNetV3Small, {})).toThrow('pytorch stem.weight: tensor must be there');
  });
});

test('exportPyTorch leaves out the weights of a network that has none', () => {
  expect(exportPyTorch(mobileNetV3Small, null).map(({ name }) => name)).toEqual(['model.py']);
});

/** @file Unit tests of torchvision's rows written from tables. */
import { describe, expect, test } from 'vitest';
import type { Architecture, BneckRow } from '$lib/arch/architecture';
import { withOutputStride } from '$lib/arch/output-stride';
import { presets } from '$lib/arch/presets/catalogue';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '$lib/arch/scale';
import { toTorchvision } from './torchvision';

const text = (arch: Architecture): string => {
  const written = toTorchvision(arch);
  return written.kind === 'ok' ? written.text : expect.fail(JSON.stringify(written.issues));
};
const issues = (arch: Architecture): string[] => {
  const written = toTorchvision(arch);
  return written.kind === 'bad' ? written.issues.map(({ path, message }) => `${path}: ${message}`) : ['ok'];
};
const changed = (arch: Architecture, change: Partial<BneckRow>, index = 3): Architecture => ({
  ...arch,
  rows: arch.rows.map((old, i) => (i === index && old.kind === 'bneck' ? { ...old, ...change } : old))
});
const large = (change: Partial<BneckRow>): Architecture => changed(mobileNetV3Large, change);
const v2 = (change: Partial<BneckRow>): Architecture => changed(mobileNetV2, change, 2);
const symmetric = (arch: Architecture): Architecture => ({ ...arch, padding: 'symmetric' });

describe('toTorchvision(arch)', () => {
  test('writes the rows of MobileNetV3-Small as torchvision’s source has them', () => {
    expect(text(symmetric(mobileNetV3Small))).toBe(`# MobileNetV3-Small
from functools import partial

from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3

input_size = (3, 224, 224)
bneck_conf = partial(InvertedResidualConfig, width_mult=1.0)
inverted_residual_setting = [
    # in, kernel, exp, out, SE, NL, stride, dilation
    bneck_conf(16, 3, 16, 16, True, "RE", 2, 1),
    bneck_conf(16, 3, 72, 24, False, "RE", 2, 1),
    bneck_conf(24, 3, 88, 24, False, "RE", 1, 1),
    bneck_conf(24, 5, 96, 40, True, "HS", 2, 1),
    bneck_conf(40, 5, 240, 40, True, "HS", 1, 1),
    bneck_conf(40, 5, 240, 40, True, "HS", 1, 1),
    bneck_conf(40, 5, 120, 48, True, "HS", 1, 1),
    bneck_conf(48, 5, 144, 48, True, "HS", 1, 1),
    bneck_conf(48, 5, 288, 96, True, "HS", 2, 1),
    bneck_conf(96, 5, 576, 96, True, "HS", 1, 1),
    bneck_conf(96, 5, 576, 96, True, "HS", 1, 1),
]
model = MobileNetV3(
    inverted_residual_setting=inverted_residual_setting,
    last_channel=1024,
    num_classes=1000,
    dropout=0.2,
)
`);
  });

  test('writes the lines of MobileNetV2 as its paper has them', () => {
    expect(text({ ...symmetric(mobileNetV2), norm: { epsilon: 1e-3, momentum: 0.99 } })).toBe(`# MobileNetV2
from functools import partial

from torch import nn
from torchvision.models.mobilenetv2 import MobileNetV2

input_size = (3, 224, 224)
inverted_residual_setting = [
    # t, c, n, s
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
]
model = MobileNetV2(
    num_classes=1000,
    width_mult=1,
    inverted_residual_setting=inverted_residual_setting,
    round_nearest=8,
    norm_layer=partial(nn.BatchNorm2d, eps=0.001, momentum=0.01),
    dropout=0.2,
)
`);
  });

  test('finds the width multiplier of a scaled MobileNetV2', () => {
    expect(text(scaleWidth(mobileNetV2, 0.35))).toMatch(/\[1, 24, 1, 1\],\n.*\[6, 24, 2, 2\](.|\n)*width_mult=0.35,/);
    expect(text(scaleWidth(mobileNetV2, 1.4))).toContain('width_mult=1.4,');
    const odd: Architecture = {
      ...mobileNetV2,
      stem: { kernel: 3, out: 27, nl: 'relu6', stride: 2 },
      rows: mobileNetV2.rows.slice(0, 1)
    };
    expect(text(changed(odd, { expSize: 27, out: 13 }, 0))).toContain('round_nearest=1,');
  });

  test('a row whose stride became dilation is written with both', () => {
    expect(text(withOutputStride(mobileNetV3Large, 16))).toContain('bneck_conf(112, 5, 672, 160, True, "HS", 2, 2),');
  });

  test('notes padding that torchvision does not have, where it makes a difference', () => {
    const notes = (arch: Architecture): number => {
      const written = toTorchvision(arch);
      return written.kind === 'ok' ? written.notes.length : expect.fail();
    };
    expect([notes(mobileNetV3Large), notes(symmetric(mobileNetV3Large))]).toEqual([1, 0]);
    // Odd maps are padded alike all the way down.
    expect(notes({ ...mobileNetV3Large, input: [193, 225, 3] })).toBe(0);
  });

  test.each([
    [
      'kind',
      {
        ...mobileNetV3Large,
        rows: [{ kind: 'conv', kernel: 3, out: 160, nl: 'relu', stride: 1, dilation: 1 }]
      }
    ],
    ['expSize', large({ expSize: 70, se: null })],
    ['nl', large({ nl: 'relu6' })],
    ['expand', large({ expSize: 24, se: null, expand: 'always' })],
    [
      'se',
      large({ se: { channels: 32, nl: 'relu', gate: 'hardSigmoid', bias: true, norm: false, place: 'afterDepthwise' } })
    ],
    ['stride', large({ dilation: 2 })],
    ['shortcut', large({ stride: 1, shortcut: 'conv' })],
    ['kernel', v2({ kernel: 5 })],
    ['dilation', v2({ dilation: 2 })],
    ['nl', v2({ nl: 'relu' })],
    ['shortcut', v2({ shortcut: 'none' })],
    ['expand', v2({ expSize: 24, expand: 'always' })]
  ] satisfies readonly (readonly [string, Architecture])[])(
    'refuses a row for its %s, with the place',
    (field, arch: Architecture) => {
      const found = issues(arch);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(new RegExp(`^rows\\.[0-3]\\.${field}: `));
    }
  );

  test.each([
    ['stem', { ...mobileNetV3Large, stem: null }],
    ['stem.kernel', { ...mobileNetV3Large, stem: { kernel: 5, out: 16, nl: 'hardSwish', stride: 2 } }],
    ['stem.nl', { ...mobileNetV2, stem: { kernel: 3, out: 32, nl: 'relu', stride: 2 } }],
    ['norm', { ...mobileNetV3Large, norm: null }],
    ['padding', { ...mobileNetV2, padding: 'valid' }],
    ['input.2', { ...mobileNetV2, input: [224, 224, 1] }],
    ['head', { ...mobileNetV2, head: { kind: 'features', outIndices: [3] } }],
    ['head.conv.out', { ...mobileNetV3Large, head: { ...mobileNetV3Large.head, conv: { out: 480, nl: 'hardSwish' } } }],
    ['head.conv', { ...mobileNetV2, head: { ...mobileNetV2.head, conv: null } }],
    ['stem.out', { ...mobileNetV2, head: { ...mobileNetV2.head, conv: { out: 640, nl: 'relu6' } } }]
  ] as readonly (readonly [string, Architecture])[])('refuses a table for its %s', (path, arch) => {
    expect(issues(arch).map((issue) => issue.split(': ')[0])).toEqual([path]);
  });

  test('says the presets that torchvision’s blocks can build', () => {
    const said = presets.flatMap(({ id, arch }) => (toTorchvision(arch).kind === 'ok' ? [id] : []));
    expect(said).toEqual(['v2', 'v3-large', 'v3-small', 'article-002-large-repaired', 'article-002-small-repaired']);
  });
});

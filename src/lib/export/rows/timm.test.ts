/** @file Unit tests of timm's arch strings written from tables. */
import { describe, expect, test } from 'vitest';
import type { Architecture, BneckRow } from '$lib/arch/architecture';
import { presets } from '$lib/arch/presets/catalogue';
import { mobileNetV1 } from '$lib/arch/presets/mobilenet-v1';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { mnasNetA1 } from '$lib/arch/presets/mnasnet-a1';
import { toTimm } from './timm';

const text = (arch: Architecture): string => {
  const written = toTimm(arch);
  return written.kind === 'ok' ? written.text : expect.fail(JSON.stringify(written.issues));
};
/** The strings stage by stage. */
const strings = (arch: Architecture): string[] =>
  text(arch)
    .split('\n')
    .filter((line) => line.startsWith("    ['"))
    .map((line) => line.trim().replaceAll(/[[\]',]+/g, ''));
const issues = (arch: Architecture): string[] => {
  const written = toTimm(arch);
  return written.kind === 'bad' ? written.issues.map(({ path, message }) => `${path}: ${message}`) : ['ok'];
};
const row = (change: Partial<BneckRow>, index = 3): Architecture => ({
  ...mobileNetV3Large,
  rows: mobileNetV3Large.rows.map((old, i) => (i === index && old.kind === 'bneck' ? { ...old, ...change } : old))
});
const se = mobileNetV3Large.rows[3]?.kind === 'bneck' ? mobileNetV3Large.rows[3].se : null;

describe('toTimm(arch)', () => {
  test('writes the strings of timm’s own source', () => {
    expect(strings(mobileNetV3Large)).toEqual([
      'ds_r1_k3_s1_e1_c16_nre',
      'ir_r1_k3_s2_e4_c24_nre ir_r1_k3_s1_e3_c24_nre',
      'ir_r3_k5_s2_e3_c40_se0.25_nre',
      'ir_r1_k3_s2_e6_c80 ir_r1_k3_s1_e2.5_c80 ir_r2_k3_s1_e2.3_c80',
      'ir_r2_k3_s1_e6_c112_se0.25',
      'ir_r3_k5_s2_e6_c160_se0.25',
      'cn_r1_k1_s1_c960'
    ]);
    expect(strings(mobileNetV3Small)).toEqual([
      'ds_r1_k3_s2_e1_c16_se0.25_nre',
      'ir_r1_k3_s2_e4.5_c24_nre ir_r1_k3_s1_e3.67_c24_nre',
      'ir_r1_k5_s2_e4_c40_se0.25 ir_r2_k5_s1_e6_c40_se0.25',
      'ir_r2_k5_s1_e3_c48_se0.25',
      'ir_r3_k5_s2_e6_c96_se0.25',
      'cn_r1_k1_s1_c576'
    ]);
    expect(strings(mobileNetV1)).toEqual([
      'dsa_r1_k3_s1_c64',
      'dsa_r2_k3_s2_c128',
      'dsa_r2_k3_s2_c256',
      'dsa_r6_k3_s2_c512',
      'dsa_r2_k3_s2_c1024'
    ]);
    expect(strings(mobileNetV2)).toEqual([
      'ds_r1_k3_s1_e1_c16',
      'ir_r2_k3_s2_e6_c24',
      'ir_r3_k3_s2_e6_c32',
      'ir_r4_k3_s2_e6_c64',
      'ir_r3_k3_s1_e6_c96',
      'ir_r3_k3_s2_e6_c160',
      'ir_r1_k3_s1_e6_c320'
    ]);
    expect(strings(mnasNetA1).slice(2, 4)).toEqual(['ir_r3_k5_s2_e3_c40_se0.25', 'ir_r4_k3_s2_e6_c80']);
  });

  test('writes the call with every argument that the strings leave out', () => {
    expect(text({ ...mobileNetV3Small, name: 'Two\nlines', input: [64, 96, 1] })).toBe(`# Two lines
from functools import partial

from torch import nn
from timm.models._efficientnet_blocks import SqueezeExcite
from timm.models._efficientnet_builder import decode_arch_def, round_channels
from timm.models.mobilenetv3 import MobileNetV3

input_size = (1, 64, 96)
arch_def = [
    # stage 0, 32x48 in
    ['ds_r1_k3_s2_e1_c16_se0.25_nre'],
    # stage 1, 16x24 in
    ['ir_r1_k3_s2_e4.5_c24_nre', 'ir_r1_k3_s1_e3.67_c24_nre'],
    # stage 2, 8x12 in
    ['ir_r1_k5_s2_e4_c40_se0.25', 'ir_r2_k5_s1_e6_c40_se0.25'],
    # stage 3, 4x6 in
    ['ir_r2_k5_s1_e3_c48_se0.25'],
    # stage 4, 4x6 in
    ['ir_r3_k5_s2_e6_c96_se0.25'],
    # stage 5, 2x3 in
    ['cn_r1_k1_s1_c576'],
]
model = MobileNetV3(
    decode_arch_def(arch_def),
    num_classes=1000,
    in_chans=1,
    stem_size=16,
    num_features=1024,
    pad_type='same',
    act_layer=nn.Hardswish,
    norm_layer=partial(nn.BatchNorm2d, eps=0.001, momentum=0.01),
    se_layer=partial(SqueezeExcite, gate_layer='hard_sigmoid', force_act_layer=nn.ReLU, rd_round_fn=round_channels),
    drop_rate=0.2,
)
`);
  });

  test('EfficientNet stands for tables without a hidden layer, and squeezes a share of what a block reads', () => {
    const v2 = text({ ...mobileNetV2, padding: 'symmetric', norm: { epsilon: 1e-5, momentum: 0.997 } });
    expect(v2).toContain('model = EfficientNet(\n');
    expect(v2).toContain("pad_type='',");
    expect(v2).toContain('norm_layer=partial(nn.BatchNorm2d, eps=0.00001, momentum=0.003),');
    expect(v2).not.toContain('se_layer');
    const head = { kind: 'classifier', conv: null, hidden: null, dropout: 0, logitsBias: true } as const;
    const gated = { ...mobileNetV3Large, rows: mobileNetV3Large.rows.slice(0, 4), head };
    // A third of the expansion, which is three times the input.
    expect(strings(gated).at(-1)).toBe('ir_r1_k5_s2_e3_c40_se1_nre');
  });

  test('widths that are no multiples of 8 are left as they are', () => {
    const arch = {
      ...mobileNetV2,
      stem: { kernel: 5, out: 30, nl: 'relu6', stride: 2 } as const,
      rows: mobileNetV2.rows.slice(1, 2)
    };
    expect(text(arch)).toContain('round_chs_fn=partial(round_channels, multiplier=0),');
    expect(text(arch)).toContain('stem_kernel_size=5,');
    expect(strings(arch)).toEqual(['ir_r1_k3_s2_e3.2_c24']);
  });

  test('a map smaller than a thirty-second is told to EfficientNet and refused to MobileNetV3', () => {
    const smaller = (arch: Architecture): Architecture => ({
      ...arch,
      rows: arch.rows.map((old, i) => (i === 16 || i === 14 ? { ...old, stride: 2 } : old))
    });
    expect(text(smaller(mobileNetV2))).toContain('output_stride=128,');
    expect(issues(smaller(mobileNetV3Large))).toEqual([
      "rows: timm's MobileNetV3 makes the map at most 32 times smaller, here it is 64 times"
    ]);
  });

  test('each stride begins a stage, whatever the number of rows', () => {
    const rows = mobileNetV2.rows.slice(0, 13).map((old, i) => ({ ...old, stride: i === 4 ? 2 : 1 }) as BneckRow);
    expect(strings({ ...mobileNetV2, rows }).filter((stage) => stage.includes('_s2_'))).toEqual(['ir_r2_k3_s2_e6_c32']);
  });

  test.each([
    ['se.place', row({ se: se && { ...se, place: 'afterProject' } }), /^rows\.3\.se\.place: /],
    ['se.norm', row({ se: se && { ...se, bias: false, norm: true } }), /^rows\.3\.se\.norm: /],
    ['se.gate', row({ se: se && { ...se, gate: 'sigmoid' } }), /^rows\.\d+\.se\.gate: /],
    ['se.nl', row({ se: se && { ...se, nl: 'swish' } }), /^rows\.\d+\.se\.nl: /],
    ['expSize', row({ expSize: 70, se: null }), /^rows\.3\.expSize: .* 70/],
    ['shortcut', row({ shortcut: 'conv', stride: 1 }), /^rows\.3\.shortcut: /],
    ['dilation', row({ dilation: 2, stride: 1 }), /^rows\.3\.dilation: /],
    ['nl', row({ nl: 'shiftedSwish' }), /^rows\.3\.nl: /],
    ['linear', row({ nl: 'linear' }), /^rows\.3\.nl: /],
    ['stem', { ...mobileNetV3Large, stem: null }, /^stem: /],
    ['norm', { ...mobileNetV3Large, norm: null }, /^norm: /],
    ['head', { ...mobileNetV3Large, head: { kind: 'features', outIndices: [3] } as const }, /^head: /],
    [
      'hidden',
      {
        ...mobileNetV3Large,
        head: { ...mobileNetV3Large.head, hidden: { out: 1280, nl: 'relu' } } as Architecture['head']
      },
      /^head\.hidden\.nl: /
    ]
  ] as const)('refuses a table for its %s, with the place', (_, arch, expected) => {
    const found = issues(arch);
    expect(found.length).toBeGreaterThan(0);
    for (const issue of found) expect(issue).toMatch(expected);
  });

  test('says every preset but those of other blocks, or names what it cannot say', () => {
    const refused = presets.flatMap(({ id, arch }) => (toTimm(arch).kind === 'bad' ? [id] : []));
    expect(refused).toEqual([
      'article-002-large',
      'article-002-small',
      'article-004-small-repaired',
      ...presets.filter(({ group }) => group === 'block').map(({ id }) => id)
    ]);
  });
});

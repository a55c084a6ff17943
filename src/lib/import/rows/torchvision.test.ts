/** @file Unit tests of the reader of torchvision's rows; the listings are those of torchvision 0.14 (mobilenetv3.py, mobilenetv2.py). */
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { withOutputStride } from '$lib/arch/output-stride';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { reduceTail } from '$lib/arch/reduced-tail';
import { scaleWidth } from '$lib/arch/scale';
import { parseTorchvision } from './torchvision';

const bneckConf = `
    bneck_conf = partial(InvertedResidualConfig, width_mult=width_mult)
    adjust_channels = partial(InvertedResidualConfig.adjust_channels, width_mult=width_mult)`;
const dividers = `
    reduce_divider = 2 if reduced_tail else 1
    dilation = 2 if dilated else 1`;
const small = `
        inverted_residual_setting = [
            bneck_conf(16, 3, 16, 16, True, "RE", 2, 1),  # C1
            bneck_conf(16, 3, 72, 24, False, "RE", 2, 1),  # C2
            bneck_conf(24, 3, 88, 24, False, "RE", 1, 1),
            bneck_conf(24, 5, 96, 40, True, "HS", 2, 1),  # C3
            bneck_conf(40, 5, 240, 40, True, "HS", 1, 1),
            bneck_conf(40, 5, 240, 40, True, "HS", 1, 1),
            bneck_conf(40, 5, 120, 48, True, "HS", 1, 1),
            bneck_conf(48, 5, 144, 48, True, "HS", 1, 1),
            bneck_conf(48, 5, 288, 96 // reduce_divider, True, "HS", 2, dilation),  # C4
            bneck_conf(96 // reduce_divider, 5, 576 // reduce_divider, 96 // reduce_divider, True, "HS", 1, dilation),
            bneck_conf(96 // reduce_divider, 5, 576 // reduce_divider, 96 // reduce_divider, True, "HS", 1, dilation),
        ]
        last_channel = adjust_channels(1024 // reduce_divider)  # C5`;
const lines = [...small.matchAll(/bneck_conf\(.*?\)(?=,)/g)].map(([text]) => text);
const v2Lines = '[1, 16, 1, 1],[6, 24, 2, 2],[6, 32, 3, 2],[6, 64, 4, 2],[6, 96, 3, 1],[6, 160, 3, 2],[6, 320, 1, 1]';

const read = (text: string): { arch: Architecture; notes: readonly string[] } => {
  const result = parseTorchvision(text);
  return result.kind === 'ok' ? result : expect.fail(JSON.stringify(result.issues));
};
const issues = (text: string): string[] => {
  const result = parseTorchvision(text);
  return result.kind === 'bad' ? result.issues.map(({ path, message }) => `${path}: ${message}`) : ['ok'];
};
const symmetric = (arch: Architecture): Architecture => ({ ...arch, padding: 'symmetric' });
const noSize = 'the text does not say how large the picture is: 224x224 was taken';

describe('parseTorchvision(text) of MobileNetV3', () => {
  test('reads the source of torchvision, with its open numbers as torchvision’s defaults', () => {
    const { arch, notes } = read(bneckConf + dividers + small);
    expect(arch).toEqual(symmetric(mobileNetV3Small));
    expect(notes).toEqual([
      noSize,
      'not given as a number, so taken as in torchvision: width_mult=1, reduce_divider=1, dilation=1'
    ]);
  });

  test.each([
    ['width_mult = 0.75', scaleWidth(mobileNetV3Small, 0.75)],
    ['reduce_divider = 2', reduceTail(mobileNetV3Small)],
    ['dilation = 2', withOutputStride(mobileNetV3Small, 16)],
    [
      'width_mult = 0.5\nreduce_divider = 2\ndilation = 2',
      scaleWidth(withOutputStride(reduceTail(mobileNetV3Small), 16), 0.5)
    ]
  ])('works out %s', (given, arch) => {
    expect({ ...read(given + bneckConf + small).arch, name: arch.name }).toEqual(symmetric(arch));
  });

  test('reads rows alone: on lines, in a list, with every argument, with names', () => {
    const forms = [
      lines.join(',\n'),
      `${lines.join(',\n    ')},\n`,
      `[${lines.join()}]`,
      lines.map((line) => line.replace('bneck_conf', 'models.InvertedResidualConfig').replace(/\)$/, ', 1.0)')).join(),
      `b = partial(InvertedResidualConfig, use_se=True, width_mult=1)\n${lines.join(',\n').replaceAll('bneck_conf', 'b')}`
    ];
    for (const form of forms) expect(read(form).arch).toEqual(symmetric(mobileNetV3Small));
    expect(read(lines.join()).notes[0]).toBe('not read from the text, taken as in MobileNetV3-Small: last_channel');
    const named =
      'InvertedResidualConfig(input_channels=16, kernel=3, expanded_channels=64, out_channels=24, use_se=False, activation="RE", stride=2, dilation=1, width_mult=0.5)';
    expect(read(named).arch).toMatchObject({ stem: { out: 8 }, rows: [{ expSize: 32, out: 16, se: null }] });
  });

  test('reads the arguments of the class, by name and by place', () => {
    const rows = `rows = [${lines.join()}]\n`;
    const { arch } = read(
      `${rows}m = MobileNetV3(rows, 640, norm_layer=partial(nn.BatchNorm2d, eps=1e-5, momentum=0.1), dropout=0, num_classes=10).eval()`
    );
    expect(arch).toMatchObject({
      classes: 10,
      norm: { epsilon: 1e-5, momentum: 0.9 },
      head: { conv: { out: 576 }, hidden: { out: 640, nl: 'hardSwish' }, dropout: 0 }
    });
    expect(read(`${rows}input_size = (3, 64, 96)\nm = MobileNetV3(rows, 640)`).arch).toMatchObject({
      input: [64, 96, 3],
      classes: 1000,
      norm: { epsilon: 0.001, momentum: 0.99 },
      head: { dropout: 0.2 }
    });
  });

  test.each([
    ['bneck_conf(16, 3, 64, 24, False, "RE", 2)', 'rows.0: needs 8 values, got 7'],
    ['bneck_conf(16, 3, 64, 24, False, "RE", 2, 1, 1, 1)', 'rows.0: needs 8 values, got 10'],
    ['bneck_conf(16, 4, 64, 24, False, "RE", 2, 1)', 'rows.0: 4 is no kernel'],
    ['bneck_conf(16, 3, 64, 24, False, "R6", 2, 1)', "rows.0: 'R6' is no activation"],
    ['bneck_conf(16, 3, 64, 24, maybe, "RE", 2, 1)', 'rows.0: maybe is no use_se'],
    ['bneck_conf(16, 3, 64, 24, 1, "RE", 2, 1)', 'rows.0: 1 is no use_se'],
    ['bneck_conf(16, 3, 64, 24, False, "RE", 3, 1)', 'rows.0: 3 is no stride'],
    ['bneck_conf(16, 3, 64, 24, False, "RE", 1, 1, colour=2)', 'rows.0: "colour" is not known'],
    [
      'bneck_conf(16, 3, 64, 24, False, "RE", 2, 1),\nbneck_conf(16, 3, 64, 24, False, "RE", 2, 1)',
      'rows.1: reads 16 channels, the row before gives 24'
    ],
    [
      'MobileNetV3([bneck_conf(16, 3, 64, 24, False, "RE", 2, 1)], 8, block=Mine)',
      'block: what this argument changes has no place in a table'
    ],
    ['MobileNetV3([bneck_conf(16, 3, 64, 24, False, "RE", 2, 1)], wide)', 'last_channel: wide has no place in a table'],
    ['a = [bneck_conf(16, 3, 64, 24, False, "RE", 2, 1)]\nb = [[6, 24, 2, 2]]', ': holds 2 networks: keep one'],
    [
      'a = [bneck_conf(16, 3, 64, 24, False, "RE", 2, 1)]\na = a1 = [bneck_conf(16, 3, 64, 24, False, "RE", 2, 1)]',
      ': holds 2 networks: keep one'
    ],
    ['bneck_conf(16, 3, 64, 24, False, "RE", 2, 1),'.repeat(65), ': 65 rows are too many: a table has at most 64'],
    ['MobileNetV3(rows, 1280)', ': no rows here, such as bneck_conf(16, 3, 64, 24, False, "RE", 2, 1) or [6, 24, 2, 2]']
  ])('refuses %j', (text, expected) => {
    expect(issues(text)).toEqual([expected]);
  });
});

describe('parseTorchvision(text) of MobileNetV2', () => {
  test.each([
    [`[${v2Lines}]`, 1],
    [v2Lines.replaceAll('],', '],\n'), 1],
    [`inverted_residual_setting = [\n # t, c, n, s\n ${v2Lines}\n]\nwidth_mult = 0.35`, 0.35],
    [`MobileNetV2(inverted_residual_setting=[${v2Lines}], width_mult=1.4)`, 1.4],
    ['model = torchvision.models.MobileNetV2(width_mult=0.5)', 0.5],
    ['MobileNetV2(1000, 0.75)', 0.75]
  ])('reads %j', (text, width) => {
    const { arch } = read(text);
    expect({ ...arch, name: '' }).toEqual({ ...symmetric(scaleWidth(mobileNetV2, width)), name: '' });
  });

  test('rounds as it is told, expands by any ratio but 1, and repeats', () => {
    const { arch } = read(
      'MobileNetV2(7, 0.6, [[1, 16, 1, 1], [2.5, 21, 2, 2], [0.999, 21, 1, 1]], round_nearest=1, dropout=0.5)'
    );
    expect(arch).toMatchObject({ classes: 7, stem: { out: 19 }, head: { conv: { out: 1280 }, dropout: 0.5 } });
    expect(arch.rows).toMatchObject([
      { expSize: 19, out: 10, stride: 1, expand: 'whenWider' },
      { expSize: 25, out: 13, stride: 2 },
      // 32.5, and Python's round goes to the even number.
      { expSize: 32, out: 13, stride: 1 },
      { expSize: 13, out: 13, expand: 'always' }
    ]);
  });

  test.each([
    ['[[6, 24, 1e9, 1], [6, 24, -1e9, 1]]', ': 1000000000 rows are too many: a table has at most 64'],
    ['[[6, 24, 0, 1]]', '[0]: 0 is no n'],
    ['[[6, 24, 1, 1], [6, 24, 1, 3]]', '[1]: 3 is no s'],
    ['[[0, 24, 1, 1]]', '[0]: 0 is no t'],
    ['MobileNetV2(round_nearest=0)', 'round_nearest: 0 has no place in a table'],
    ['MobileNetV2(last_channel=3)', 'last_channel: what this argument changes has no place in a table'],
    [
      'MobileNetV2(inverted_residual_setting=[[6, 24, 1]])',
      ': no rows here, such as bneck_conf(16, 3, 64, 24, False, "RE", 2, 1) or [6, 24, 2, 2]'
    ],
    ['', ': no rows here, such as bneck_conf(16, 3, 64, 24, False, "RE", 2, 1) or [6, 24, 2, 2]']
  ])('refuses %j', (text, expected) => {
    expect(issues(text)).toEqual([expected]);
  });
});

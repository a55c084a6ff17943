/** @file Unit tests of the reader of timm's arch strings; the lists are those of timm 1.0.29 (efficientnet.py, mobilenetv3.py). */
import { describe, expect, test } from 'vitest';
import type { Architecture, BneckRow } from '$lib/arch/architecture';
import { mnasNetA1 } from '$lib/arch/presets/mnasnet-a1';
import { mobileNetV1 } from '$lib/arch/presets/mobilenet-v1';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3LargeMinimalistic, mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { parseTimm } from './timm';

const lists = {
  mobilenetv1_100: `
    arch_def = [
        ['dsa_r1_k3_s1_c64'],
        ['dsa_r2_k3_s2_c128'],
        ['dsa_r2_k3_s2_c256'],
        ['dsa_r6_k3_s2_c512'],
        ['dsa_r2_k3_s2_c1024'],
    ]`,
  mobilenetv2_100: `
    arch_def = [
        ['ds_r1_k3_s1_c16'],
        ['ir_r2_k3_s2_e6_c24'],
        ['ir_r3_k3_s2_e6_c32'],
        ['ir_r4_k3_s2_e6_c64'],
        ['ir_r3_k3_s1_e6_c96'],
        ['ir_r3_k3_s2_e6_c160'],
        ['ir_r1_k3_s1_e6_c320'],
    ]`,
  mobilenetv3_large_100: `
            arch_def = [
                # stage 0, 112x112 in
                ['ds_r1_k3_s1_e1_c16_nre'],  # relu
                # stage 1, 112x112 in
                ['ir_r1_k3_s2_e4_c24_nre', 'ir_r1_k3_s1_e3_c24_nre'],  # relu
                # stage 2, 56x56 in
                ['ir_r3_k5_s2_e3_c40_se0.25_nre'],  # relu
                # stage 3, 28x28 in
                ['ir_r1_k3_s2_e6_c80', 'ir_r1_k3_s1_e2.5_c80', 'ir_r2_k3_s1_e2.3_c80'],  # hard-swish
                # stage 4, 14x14in
                ['ir_r2_k3_s1_e6_c112_se0.25'],  # hard-swish
                # stage 5, 14x14in
                ['ir_r3_k5_s2_e6_c160_se0.25'],  # hard-swish
                # stage 6, 7x7 in
                ['cn_r1_k1_s1_c960'],  # hard-swish
            ]`,
  mobilenetv3_small_100: `
            arch_def = [
                # stage 0, 112x112 in
                ['ds_r1_k3_s2_e1_c16_se0.25_nre'],  # relu
                # stage 1, 56x56 in
                ['ir_r1_k3_s2_e4.5_c24_nre', 'ir_r1_k3_s1_e3.67_c24_nre'],  # relu
                # stage 2, 28x28 in
                ['ir_r1_k5_s2_e4_c40_se0.25', 'ir_r2_k5_s1_e6_c40_se0.25'],  # hard-swish
                # stage 3, 14x14 in
                ['ir_r2_k5_s1_e3_c48_se0.25'],  # hard-swish
                # stage 4, 14x14in
                ['ir_r3_k5_s2_e6_c96_se0.25'],  # hard-swish
                # stage 6, 7x7 in
                ['cn_r1_k1_s1_c576'],  # hard-swish
            ]`,
  mnasnet_a1: `
    arch_def = [
        # stage 0, 112x112 in
        ['ds_r1_k3_s1_e1_c16_noskip'],
        # stage 1, 112x112 in
        ['ir_r2_k3_s2_e6_c24'],
        # stage 2, 56x56 in
        ['ir_r3_k5_s2_e3_c40_se0.25'],
        # stage 3, 28x28 in
        ['ir_r4_k3_s2_e6_c80'],
        # stage 4, 14x14in
        ['ir_r2_k3_s1_e6_c112_se0.25'],
        # stage 5, 14x14in
        ['ir_r3_k5_s2_e6_c160_se0.25'],
        # stage 6, 7x7 in
        ['ir_r1_k3_s1_e6_c320'],
    ]`
} as const;

function table(text: string): Architecture {
  const read = parseTimm(text);
  return read.kind === 'ok' ? read.arch : expect.fail(JSON.stringify(read.issues));
}
const issues = (text: string): string[] => {
  const read = parseTimm(text);
  return read.kind === 'bad' ? read.issues.map(({ path, message }) => `${path}: ${message}`) : ['ok'];
};
const bneck = (text: string, index = 0): BneckRow => {
  const row = table(text).rows[index];
  return row?.kind === 'bneck' ? row : expect.fail(`row ${index} of ${text}`);
};

describe('parseTimm(text)', () => {
  test.each([
    ['mobilenetv1_100', mobileNetV1],
    ['mobilenetv2_100', mobileNetV2],
    ['mobilenetv3_large_100', mobileNetV3Large],
    ['mobilenetv3_small_100', mobileNetV3Small],
    ['mnasnet_a1', mnasNetA1]
  ] as const)('reads the list of %s as the paper’s table, and notes what it took from there', (name, arch) => {
    const read = parseTimm(lists[name]);
    expect(read).toMatchObject({ kind: 'ok', arch });
    expect(read.kind === 'ok' ? read.notes : []).toEqual([
      `not read from the text, taken as in ${arch.name}: stem_size, num_features, num_classes, in_chans, pad_type, act_layer, norm_layer, se_layer, drop_rate, input_size`
    ]);
  });

  test('reads the same from one string a line, from a flat list, from lines of a list, and from quoted lines', () => {
    const strings = [...lists.mobilenetv3_small_100.matchAll(/'([^']+)'/g)].map(([, text]) => text ?? '');
    const rows = lists.mobilenetv3_small_100.split('\n').filter((line) => line.includes("['"));
    const forms = [
      strings.join('\n'),
      ` ${strings.join(' # a comment\r\n')}`,
      `['${strings.join("', '")}']`,
      rows.join('\n'),
      strings.map((text) => `"${text}",`).join('\n')
    ];
    for (const form of forms) expect(table(form)).toEqual(mobileNetV3Small);
  });

  test('a title names the network', () => {
    expect(table(`# Mine\n${lists.mobilenetv2_100}`).name).toBe('Mine');
    expect(table('ds_r1_k3_s1_e1_c16').name).toBe('Network of timm strings');
  });

  test('reads the arguments of the source around a list, as far as they are literals', () => {
    const source = `
def _gen_mobilenet_v2(variant, channel_multiplier=1.0, pretrained=False, **kwargs):
    """Generate MobileNet-V2 network"""${lists.mobilenetv2_100}
    round_chs_fn = partial(round_channels, multiplier=channel_multiplier)
    model_kwargs = dict(
        block_args=decode_arch_def(arch_def),
        num_features=1280 if fix_stem_head else max(1280, round_chs_fn(1280)),
        stem_size=24,
        head_bias=False,
        round_chs_fn=round_chs_fn,
        norm_layer=partial(nn.BatchNorm2d, **resolve_bn_args(kwargs)),
        act_layer=resolve_act_layer(kwargs, 'hard_swish'),
        **kwargs
    )
    return _create_effnet(variant, pretrained, **model_kwargs)`;
    const arch = table(source);
    const noted = parseTimm(source);
    expect(noted.kind === 'ok' && noted.notes).toEqual([
      'not read from the text, taken as in MobileNetV2: num_features, num_classes, in_chans, pad_type, se_layer, drop_rate, input_size, round_chs_fn, head_bias'
    ]);
    expect([arch.stem, arch.norm]).toEqual([
      { kernel: 3, out: 24, nl: 'hardSwish', stride: 2 },
      { epsilon: 1e-5, momentum: 0.9 }
    ]);
    expect(arch.head).toMatchObject({ conv: { out: 1280, nl: 'hardSwish' } });
  });

  test('a class that is called brings timm’s own defaults, not a paper’s', () => {
    const arch = table(`m = timm.models.EfficientNet(decode_arch_def([['ir_r1_k3_s2_e4_c24_se0.25']]), in_chans=1)`);
    expect(arch).toMatchObject({
      input: [224, 224, 1],
      padding: 'symmetric',
      norm: { epsilon: 1e-5, momentum: 0.9 },
      stem: { kernel: 3, out: 32, nl: 'relu', stride: 2 },
      head: { kind: 'classifier', conv: { out: 1280, nl: 'relu' }, hidden: null, dropout: 0 }
    });
    // A quarter of the 32 channels that the block reads, not of its expansion.
    expect(arch.rows[0]).toMatchObject({ expSize: 128, se: { channels: 8, gate: 'sigmoid', nl: 'relu' } });
  });

  test('MobileNetV3 squeezes a share of the expansion, by the rounding it is given', () => {
    const built = (se: string): string =>
      `MobileNetV3(decode_arch_def([['ir_r1_k3_s2_e4.5_c24_se0.25_nsw']]), se_layer=${se})`;
    expect(bneck(built('SqueezeExcite')).se).toMatchObject({ channels: 18, nl: 'swish', gate: 'sigmoid' });
    const eights = "partial(SqueezeExcite, gate_layer='hard_sigmoid', rd_round_fn=round_channels)";
    expect(bneck(built(eights)).se).toMatchObject({ channels: 24, nl: 'swish', gate: 'hardSigmoid' });
  });

  test('scales by round_chs_fn as mobilenetv3_large_075 does', () => {
    const text = `${lists.mobilenetv3_large_100}
model = MobileNetV3(decode_arch_def(arch_def), act_layer=nn.Hardswish, round_chs_fn=partial(round_channels, multiplier=0.75))`;
    const widths = table(text).rows.map((row) => ('out' in row ? row.out : 0));
    expect(widths).toEqual([16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 88, 88, 120, 120, 120]);
    expect(table(text).stem?.out).toBe(16);
    expect(table(text).head).toMatchObject({ conv: { out: 720, nl: 'hardSwish' } });
  });

  test('a stride inside a stage is lost, as in timm, and noted; so is one beyond the output stride', () => {
    const inside = parseTimm("arch_def = [['ir_r2_k3_s2_e4_c24', 'ir_r1_k3_s2_e4_c40']]");
    expect(inside.kind === 'ok' && inside.arch.rows.map((row) => 'stride' in row && row.stride)).toEqual([2, 1, 1]);
    expect(inside.kind === 'ok' && inside.notes.at(-1)).toMatch(/^ir_r1_k3_s2_e4_c40: /);
    const dense = table(
      "EfficientNet(decode_arch_def([['ir_r2_k3_s2_e4_c24'], ['ir_r2_k3_s2_e4_c40']]), output_stride=4)"
    );
    expect(dense.rows).toMatchObject([
      { stride: 2, dilation: 1 },
      { stride: 1, dilation: 1 },
      { stride: 1, dilation: 1 },
      { stride: 1, dilation: 2 }
    ]);
  });

  test('ir always expands, ds never, dsa has no shortcut, noskip takes it away', () => {
    const text = ['ir_r1_k3_s1_e1_c32', 'ds_r1_k3_s1_c32_noskip', 'dsa_r1_k5_s1_c32', 'cn_r1_k3_s2_c40'].join('\n');
    const { rows } = table(`${text}\nds_r1_k3_s1_c16`);
    expect(rows).toMatchObject([
      { kind: 'bneck', expSize: 32, expand: 'always', shortcut: 'identity' },
      { kind: 'bneck', expSize: 32, expand: 'whenWider', shortcut: 'none' },
      { kind: 'separable', kernel: 5, between: 'normed' },
      { kind: 'conv', kernel: 3, stride: 2, out: 40 },
      { kind: 'bneck', expSize: 40, out: 16, shortcut: 'identity' }
    ]);
  });

  test('minimalistic strings need their non-linearity said', () => {
    const text = lists.mobilenetv3_large_100.replaceAll(/_(nre|se0.25)/g, '').replaceAll('k5', 'k3');
    expect(table(`${text}\nact_layer = nn.ReLU`)).toEqual(mobileNetV3LargeMinimalistic);
  });

  test.each([
    ['ds_r1_k3_s1_e1_c16_q7', 'ds_r1_k3_s1_e1_c16_q7: "q7" is not known'],
    ['ir_r1_k3_s1_c16', 'ir_r1_k3_s1_c16: lacks e'],
    ['ir_k3_e6', 'ir_k3_e6: lacks r, s, c'],
    ['ir_r1_k4_s1_e6_c16', 'ir_r1_k4_s1_e6_c16: "k4" must be one of 1, 3, 5, 7'],
    ['ir_r1_k3_s3_e6_c16', 'ir_r1_k3_s3_e6_c16: "s3" must be one of 1, 2'],
    ['ir_r1_k3.5_s1_e6_c16', 'ir_r1_k3.5_s1_e6_c16: "k3.5" mixes kernels, a row has one'],
    ['ir_r1_k3_s1_e6_c16_d1', 'ir_r1_k3_s1_e6_c16_d1: "d1" has no place in a table'],
    ['ir_r1_k3_s1_e6_c16_nmi', 'ir_r1_k3_s1_e6_c16_nmi: "nmi" is not known'],
    ['ir_r1_k3_s1_e3_c16_e0.25', 'ir_r1_k3_s1_e3_c16_e0.25: "e0.25" is said twice'],
    [
      "MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c16']]) stem_size=8)",
      'block_args: the call is not understood: is a comma or bracket missing?'
    ],
    ['ir_r1_k3_s1_ex_c16', 'ir_r1_k3_s1_ex_c16: "ex" is not known'],
    ['ir_r1_k3_s1_e1e9_c16', 'ir_r1_k3_s1_e1e9_c16: "e1e9" is not known'],
    [
      'uir_r1_k3_s1_e4_c16',
      'uir_r1_k3_s1_e4_c16: "uir" is no kind of block that a table has a row for: ir, ds, dsa, cn'
    ],
    ['dsa_r1_k3_s1_c16_se0.25', 'dsa_r1_k3_s1_c16_se0.25: a separable row has no squeeze-and-excite'],
    [
      'ds_r1_k3_s1_c16\ncn_r1_k3_s1_c16_skip\nds_r1_k3_s1_c16',
      'cn_r1_k3_s1_c16_skip: a convolution that adds its input has no row in a table'
    ],
    ['ds_r65_k3_s1_c16', ': 65 rows are too many: a table has at most 64'],
    [
      "m = EfficientNet([['ds_r1_k3_s1_c16']]) x",
      'EfficientNet: the call is not understood: is a comma or bracket missing?'
    ],
    ["arch_def = [['ds_r1_k3_s1_c16' 'x']]", 'ds_r1_k3_s1_c16x: "c16x" is not known'],
    ["a = ['ds_r1_k3_s1_c16']\nb = ['ds_r1_k3_s1_c16']", ': holds 2 networks: keep one'],
    ["a = ['ds_r1_k3_s1_c16'\n", ': a bracket is never closed'],
    [
      "EfficientNet(decode_arch_def([['ds_r1_k3_s1_c16']]), pad_type='reflect')",
      "pad_type: 'reflect' has no place in a table"
    ],
    [
      "MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c16']]), head_bias=False)",
      'head_bias: False has no place in a table'
    ],
    [
      "MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c16']]), wings=2)",
      'wings: what this argument changes has no place in a table'
    ],
    [
      "MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c16']], depth_multiplier=2))",
      'depth_multiplier: what this argument changes has no place in a table'
    ],
    [
      "MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c16']]), stem_size=width)",
      'stem_size: width has no place in a table'
    ],
    [
      "MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c9000']]))",
      'rows.0.out: #out must be a whole number from 1 to 8192, got 9000'
    ],
    ['', ": no block strings here, such as 'ir_r1_k3_s2_e4_c24_nre'"],
    ['x = 3', ": no block strings here, such as 'ir_r1_k3_s2_e4_c24_nre'"]
  ])('refuses %j', (text, expected) => {
    expect(issues(text)).toEqual([expected]);
  });

  test('names every string that is not understood', () => {
    expect(issues("arch_def = [['ds_r1_k3_s1_c16_x', 'ir_r1_k3_s1_e0_c16'], ['']]")).toHaveLength(3);
  });

  test('a text of any length is refused in few words', () => {
    expect(issues(' '.repeat(1_000_001))).toEqual([': the text is longer than 1000000 letters']);
    expect(issues('ir_r1 '.repeat(150_000))).toHaveLength(1);
    expect(issues(`ir${'_q7'.repeat(300_000)}`).join().length).toBeLessThan(20_000);
    expect(issues(`arch_def = [['ir_${'9'.repeat(900_000)}']]`).join().length).toBeLessThan(2000);
  });

  test('names of prototypes are names like any other', () => {
    expect(issues('__proto__ = 1\nconstructor(toString=2, __proto__=[3])')).toHaveLength(1);
    expect(issues("MobileNetV3(decode_arch_def([['ds_r1_k3_s1_c16']]), constructor=1)")).toHaveLength(1);
    expect(issues('constructor_r1_k3_s1_c16')).toHaveLength(1);
  });
});

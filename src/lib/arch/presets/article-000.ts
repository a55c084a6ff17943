/** @file Step 1, spec: the blocks of article 000, each as a network of one row. */
import { m } from '$paraglide/messages';
import type { Architecture, BneckRow, Row, Shape, SqueezeExcite } from '../architecture';
import { block, pytorch } from './article';
import type { Preset } from './preset';

const single = (name: string, input: Shape, row: Row, rest: Partial<Architecture> = {}): Architecture => ({
  format: 1,
  name,
  input,
  classes: 1000,
  ...pytorch,
  scaling: 'v3',
  stem: null,
  rows: [row],
  head: { kind: 'features', outIndices: [0] },
  ...rest
});

/** Two bias-free dense layers in a row: what is left of the block as printed, neither ReLU nor gate. */
const bareGate: SqueezeExcite = {
  channels: 48,
  nl: 'linear',
  gate: 'linear',
  bias: false,
  norm: false,
  place: 'afterDepthwise'
};

/** With the ReLU and the sigmoid that the page lost. */
const gate: SqueezeExcite = { ...bareGate, nl: 'relu', gate: 'sigmoid' };

/** `InvertedResidual(inp=32, oup=16, stride=2, expand_ratio=6, use_se=True)` as printed: no norm, no non-linearity. */
const inverted: BneckRow = {
  kind: 'bneck',
  kernel: 3,
  expSize: 192,
  out: 16,
  se: bareGate,
  nl: 'linear',
  stride: 2,
  dilation: 1,
  expand: 'whenWider',
  shortcut: 'identity'
};

const separable = {
  kind: 'separable',
  kernel: 3,
  out: 16,
  nl: 'linear',
  stride: 1,
  dilation: 1,
  between: 'plain'
} as const;

/** `Conv` and `DWConv(c1=64, c2=128, k=3, s=1, act=True, dilation=2)`: x·σ(x), as in YOLOv5. */
const yolo = { kernel: 3, nl: 'swish', stride: 1, dilation: 2 } as const;

const wide: Shape = [224, 224, 32];
const half: Shape = [112, 112, 192];
const small: Shape = [32, 32, 3];
const measured: Shape = [640, 640, 64];

export const article000: readonly Preset[] = [
  block('article-000-inverted-residual', single('InvertedResidual', wide, inverted, { norm: null }), [
    m.article_000_lost_lines
  ]),
  block(
    'article-000-inverted-residual-repaired',
    // The article's own x·σ(x+3)/6 stands where the lost lines called it.
    single('InvertedResidual · repaired', wide, { ...inverted, se: gate, nl: 'shiftedSwish' }),
    [m.article_000_reconstruction]
  ),
  block('article-000-se', single('SEBlock', half, { kind: 'squeezeExcite', se: bareGate }, { norm: null }), [
    m.article_000_lost_lines
  ]),
  block(
    'article-000-se-repaired',
    single('SEBlock · repaired', half, { kind: 'squeezeExcite', se: gate }, { norm: null }),
    [m.article_000_reconstruction]
  ),
  block('article-000-separable', single('DepthwiseSeparableConv', small, separable, { norm: null, padding: 'valid' }), [
    m.article_000_padding
  ]),
  block(
    'article-000-separable-repaired',
    single('DepthwiseSeparableConv · repaired', small, separable, { norm: null })
  ),
  block('article-000-conv', single('Conv', measured, { kind: 'conv', out: 128, ...yolo }), [m.article_000_undefined]),
  block('article-000-dwconv', single('DWConv', measured, { kind: 'depthwise', multiplier: 2, ...yolo }), [
    m.article_000_undefined,
    m.article_000_grouped
  ]),
  block(
    'article-000-dwconv-pointwise',
    single('DWConv · pointwise', measured, { kind: 'separable', out: 128, between: 'plain', ...yolo }),
    [m.article_000_undefined, m.article_000_pointwise]
  )
];

/** @file Test support: random valid tables of every kind of row and head. */
import fc from 'fast-check';
import type { Architecture, Gate, Head, HeadLayer, Kernel, NL, Norm, Row, SqueezeExcite, Stem } from './architecture';
import { checkArchitecture } from './parse';

const width = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(72, 240, 960, 8192));
const nl = fc.constantFrom<NL>('linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish');
const gate = fc.constantFrom<Gate>('hardSigmoid', 'sigmoid', 'linear');
const kernel = fc.constantFrom<Kernel>(1, 3, 5, 7);
const stride = fc.constantFrom(1 as const, 1 as const, 2 as const);
const dilation = fc.constantFrom(1, 1, 1, 2, 4, 16);
const share = fc.oneof(
  fc.constantFrom(0, 1, 0.9, 0.97, 0.0005, 1e-7),
  fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)
);
const norm: fc.Arbitrary<Norm> = fc.record({
  epsilon: fc.constantFrom(1e-3, 1e-5, 1e-12, 0.000_123_4, 1),
  momentum: share
});
const layer: fc.Arbitrary<HeadLayer> = fc.record({ out: width, nl });

const squeezeExcite: fc.Arbitrary<SqueezeExcite> = fc.record({
  channels: width,
  nl,
  gate,
  bias: fc.boolean(),
  norm: fc.boolean(),
  place: fc.constantFrom('afterDepthwise' as const, 'afterProject' as const)
});

const plain: fc.Arbitrary<SqueezeExcite> = width.map((channels) => ({
  channels,
  nl: 'relu',
  gate: 'hardSigmoid',
  bias: true,
  norm: false,
  place: 'afterDepthwise'
}));

const someSqueeze: fc.Arbitrary<SqueezeExcite | null> = fc.option(fc.oneof(plain, squeezeExcite));

const bneck: fc.Arbitrary<Row> = fc.record({
  kind: fc.constant('bneck' as const),
  kernel,
  expSize: width,
  out: width,
  se: someSqueeze,
  nl,
  stride,
  dilation,
  expand: fc.constantFrom('whenWider' as const, 'always' as const),
  shortcut: fc.constantFrom('identity' as const, 'conv' as const, 'none' as const)
});

const rows: fc.Arbitrary<Row> = fc.oneof(
  { arbitrary: bneck, weight: 3 },
  fc.record({
    kind: fc.constant('separable' as const),
    kernel,
    out: width,
    nl,
    stride,
    dilation,
    between: fc.constantFrom('normed' as const, 'plain' as const)
  }),
  fc.record({
    kind: fc.constant('depthwise' as const),
    kernel,
    multiplier: fc.integer({ min: 1, max: 8 }),
    nl,
    stride,
    dilation
  }),
  fc.record({ kind: fc.constant('conv' as const), kernel, out: width, nl, stride, dilation }),
  fc.record({ kind: fc.constant('squeezeExcite' as const), se: squeezeExcite })
);

const index = fc.nat(3);
const pixels = fc.integer({ min: 1, max: 64 });
const sides = fc.tuple(pixels, pixels);

const heads: fc.Arbitrary<Head> = fc.oneof(
  fc.record({
    kind: fc.constant('classifier' as const),
    conv: fc.option(layer),
    hidden: fc.option(layer),
    dropout: fc.constantFrom(0, 0.2, 0.0005, 0.95),
    logitsBias: fc.boolean()
  }),
  fc.record({ kind: fc.constant('features' as const), outIndices: fc.array(index, { minLength: 1, maxLength: 4 }) }),
  fc.record({
    kind: fc.constant('lraspp' as const),
    conv: fc.option(layer),
    filters: width,
    low: index,
    pool: fc.oneof(fc.constant('global' as const), fc.record({ kernel: sides, stride: sides })),
    gate,
    norm: fc.option(norm)
  }),
  fc.record({
    kind: fc.constant('ssdlite' as const),
    conv: fc.option(layer),
    tap: index,
    extras: fc.array(fc.record({ mid: width, out: width }), { maxLength: 4 }),
    nl,
    norm: fc.option(norm),
    rule: fc.record({
      minScale: fc.constantFrom(0.2, 0.01, 1),
      maxScale: fc.constantFrom(0.95, 2),
      ratios: fc.array(fc.constantFrom(2, 3, 0.5, 0.333_3), { maxLength: 3 }),
      reduceFinest: fc.boolean(),
      scores: fc.constantFrom('softmax' as const, 'sigmoid' as const),
      boxOrder: fc.constantFrom('xywh' as const, 'yxhw' as const),
      scoreThreshold: share,
      iouThreshold: share,
      candidates: fc.integer({ min: 1, max: 10_000 }),
      detections: fc.integer({ min: 1, max: 10_000 })
    })
  }),
  fc.record({
    kind: fc.constant('decoder' as const),
    filters: width,
    gate,
    stages: fc.array(fc.record({ skip: fc.nat(4), squeeze: width, kernel, nl }), { maxLength: 3 }),
    out: fc.constantFrom('sigmoid' as const, 'linear' as const)
  })
);

const stem: fc.Arbitrary<Stem> = fc.record({ kernel, out: width, nl, stride });
const side = fc.integer({ min: 8, max: 64 });

/** Valid tables; what breaks a rule between fields is drawn again. */
export const anyArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    format: fc.constant(1 as const),
    name: fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom('a~b_c-d %7E', 'MobileNet é 网络')),
    input: fc.tuple(side, side, fc.integer({ min: 1, max: 32 })),
    classes: fc.integer({ min: 2, max: 1000 }),
    padding: fc.constantFrom('same' as const, 'symmetric' as const, 'valid' as const),
    norms: fc.oneof(
      norm.map((value) => ({ norm: value, convBias: false })),
      fc.boolean().map((convBias) => ({ norm: null, convBias }))
    ),
    scaling: fc.constantFrom('v1' as const, 'v2' as const, 'v3' as const, 'ratio' as const),
    stem: fc.option(stem, { freq: 4 }),
    rows: fc.array(rows, { minLength: 1, maxLength: 6 }),
    head: heads
  })
  .map(({ norms, ...rest }): Architecture => ({ ...rest, ...norms }))
  .filter((arch) => checkArchitecture(arch).length === 0);

/** @file Test support: random valid tables of every row kind, SE variant, shortcut and head. */
import fc from 'fast-check';
import type {
  Architecture,
  BneckRow,
  DecoderStage,
  Head,
  Norm,
  Padding,
  Row,
  SqueezeExcite,
  Stem
} from '../../src/lib/arch/architecture';
import { checkArchitecture } from '../../src/lib/arch/parse';

/** How large the tables may grow; keep it small where they are built and run. */
export interface TableLimits {
  readonly width?: number;
  readonly rows?: number;
  readonly input?: number;
  readonly classes?: number;
}

const nl = fc.constantFrom('linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish');
const gate = fc.constantFrom('hardSigmoid', 'sigmoid', 'linear');
const kernel = fc.constantFrom(1, 3, 5, 7);
const stride = fc.constantFrom(1, 2);
const dilation = fc.constantFrom(1, 1, 2, 3);
const norm: fc.Arbitrary<Norm> = fc.record({
  epsilon: fc.constantFrom(1e-5, 1e-3),
  momentum: fc.constantFrom(0.9, 0.99)
});

const squeezeExcite = (width: fc.Arbitrary<number>): fc.Arbitrary<SqueezeExcite> =>
  fc.record({
    channels: width,
    nl,
    gate,
    bias: fc.boolean(),
    norm: fc.boolean(),
    place: fc.constantFrom('afterDepthwise', 'afterProject')
  });

const windowed = { kernel, nl, stride, dilation };

function row(width: fc.Arbitrary<number>): fc.Arbitrary<Row> {
  const bneck: fc.Arbitrary<BneckRow> = fc.record({
    kind: fc.constant('bneck' as const),
    ...windowed,
    expSize: width,
    out: width,
    se: fc.option(squeezeExcite(width), { nil: null }),
    expand: fc.constantFrom('whenWider', 'always'),
    shortcut: fc.constantFrom('identity', 'conv', 'none')
  });
  const separable = fc.record({
    kind: fc.constant('separable' as const),
    ...windowed,
    out: width,
    between: fc.constantFrom('normed', 'plain')
  });
  const depthwise = fc.record({
    kind: fc.constant('depthwise' as const),
    ...windowed,
    multiplier: fc.constantFrom(1, 1, 2)
  });
  const conv = fc.record({ kind: fc.constant('conv' as const), ...windowed, out: width });
  const gated = fc.record({ kind: fc.constant('squeezeExcite' as const), se: squeezeExcite(width) });
  return fc.oneof({ arbitrary: bneck, weight: 4 }, separable, depthwise, conv, gated);
}

function head(rows: number, width: fc.Arbitrary<number>): fc.Arbitrary<Head> {
  const index = fc.nat(rows - 1);
  const layer = fc.option(fc.record({ out: width, nl }), { nil: null });
  const ownNorm = fc.option(norm, { nil: null });
  const side = fc.integer({ min: 1, max: 9 });
  const window = fc.record({ kernel: fc.tuple(side, side), stride: fc.tuple(side, side) });
  const stage: fc.Arbitrary<DecoderStage> = fc.record({ skip: fc.nat(rows), squeeze: width, kernel, nl });
  return fc.oneof(
    fc.record({
      kind: fc.constant('classifier' as const),
      conv: layer,
      hidden: layer,
      dropout: fc.constant(0),
      logitsBias: fc.boolean()
    }),
    fc.record({
      kind: fc.constant('features' as const),
      outIndices: fc.array(index, { minLength: 1, maxLength: 4 })
    }),
    fc.record({
      kind: fc.constant('lraspp' as const),
      conv: layer,
      filters: width,
      low: index,
      pool: fc.oneof(fc.constant('global' as const), window),
      gate,
      norm: ownNorm
    }),
    fc.record({
      kind: fc.constant('ssdlite' as const),
      conv: layer,
      tap: index,
      extras: fc.array(fc.record({ mid: width, out: width }), { maxLength: 3 }),
      nl,
      norm: ownNorm,
      rule: fc.record({
        minScale: fc.constant(0.2),
        maxScale: fc.constant(0.95),
        ratios: fc.constantFrom([2], [2, 3]),
        reduceFinest: fc.boolean(),
        scores: fc.constantFrom('softmax', 'sigmoid'),
        boxOrder: fc.constantFrom('xywh', 'yxhw'),
        scoreThreshold: fc.constant(0.01),
        iouThreshold: fc.constant(0.5),
        candidates: fc.constant(100),
        detections: fc.constant(100)
      })
    }),
    fc.record({
      kind: fc.constant('decoder' as const),
      filters: width,
      gate,
      stages: fc.array(stage, { maxLength: 3 }),
      out: fc.constantFrom('sigmoid', 'linear')
    })
  );
}

const valid = (arch: Architecture): boolean => checkArchitecture(arch).length === 0;

/** Random tables that `checkArchitecture` accepts; of every kind of row and head, with and without stem, norm and padding. */
export function randomTables(limits: TableLimits = {}): fc.Arbitrary<Architecture> {
  const width = fc.integer({ min: 1, max: limits.width ?? 40 });
  const side = fc.integer({ min: 1, max: limits.input ?? 40 });
  const stem: fc.Arbitrary<Stem> = fc.record({ kernel, out: width, nl, stride });
  return fc
    .array(row(width), { minLength: 1, maxLength: limits.rows ?? 8 })
    .chain((rows) =>
      fc.record({
        format: fc.constant(1 as const),
        name: fc.constant('random'),
        input: fc.tuple(side, side, fc.integer({ min: 1, max: 4 })),
        classes: fc.integer({ min: 2, max: limits.classes ?? 12 }),
        padding: fc.constantFrom<Padding>('same', 'symmetric', 'symmetric', 'same', 'valid'),
        norm: fc.option(norm, { nil: null }),
        convBias: fc.boolean(),
        scaling: fc.constantFrom('v1', 'v2', 'v3'),
        stem: fc.option(stem, { nil: null }),
        rows: fc.constant(rows),
        head: head(rows.length, width)
      })
    )
    .map((arch): Architecture => ({ ...arch, convBias: arch.convBias && !arch.norm }))
    .filter(valid);
}

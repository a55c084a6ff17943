/** @file Test support: random small tables and random trained numbers for them. */
import fc from 'fast-check';
import type { Architecture, Row, SqueezeExcite } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';

const width = fc.constantFrom(8, 16, 24, 32);
const nl = fc.constantFrom('relu' as const, 'hardSwish' as const, 'relu6' as const);
const stride = fc.constantFrom(1 as const, 1 as const, 2 as const);
const kernel = fc.constantFrom(3 as const, 5 as const);
const dilation = fc.constantFrom(1, 1, 1, 2);
const squeezeExcite: fc.Arbitrary<SqueezeExcite | null> = fc.option(
  fc.record({
    channels: fc.constantFrom(8, 16),
    nl: fc.constantFrom('relu' as const, 'hardSwish' as const),
    gate: fc.constantFrom('hardSigmoid' as const, 'sigmoid' as const, 'linear' as const),
    bias: fc.boolean(),
    norm: fc.boolean(),
    place: fc.constantFrom('afterDepthwise' as const, 'afterDepthwise' as const, 'afterProject' as const)
  })
);
const bneck: fc.Arbitrary<Row> = fc.record({
  kind: fc.constant('bneck' as const),
  kernel,
  expSize: fc.constantFrom(8, 16, 24, 40, 64),
  out: width,
  se: squeezeExcite,
  nl,
  stride,
  dilation,
  expand: fc.constantFrom('whenWider' as const, 'whenWider' as const, 'always' as const),
  shortcut: fc.constantFrom('identity' as const, 'identity' as const, 'conv' as const, 'none' as const)
});
const separable: fc.Arbitrary<Row> = fc.record({
  kind: fc.constant('separable' as const),
  kernel,
  out: width,
  nl,
  stride,
  dilation,
  between: fc.constantFrom('normed' as const, 'plain' as const)
});
const conv: fc.Arbitrary<Row> = fc.record({
  kind: fc.constant('conv' as const),
  kernel,
  out: width,
  nl,
  stride,
  dilation
});
const normed = fc.constant({ norm: { epsilon: 0.001, momentum: 0.9 }, convBias: false });
const folded = fc.boolean().map((convBias) => ({ norm: null, convBias }));

/** One to five rows, V1, V2 and V3 blocks mixed, with residual chains and every variant of a row that can be cut. */
const tables = fc.record({
  format: fc.constant(1 as const),
  name: fc.constant('random'),
  input: fc.constantFrom([6, 6, 1] as const, [7, 5, 3] as const),
  classes: fc.constant(3),
  padding: fc.constantFrom('same' as const, 'symmetric' as const),
  scaling: fc.constant('v3' as const),
  stem: fc.record({ kernel: fc.constant(3 as const), out: width, nl, stride }),
  rows: fc.array(
    fc.oneof({ arbitrary: bneck, weight: 4 }, { arbitrary: separable, weight: 1 }, { arbitrary: conv, weight: 1 }),
    {
      minLength: 1,
      maxLength: 5
    }
  ),
  head: fc.record({
    kind: fc.constant('classifier' as const),
    conv: fc.option(fc.record({ out: width, nl })),
    hidden: fc.option(fc.record({ out: width, nl })),
    dropout: fc.constant(0),
    logitsBias: fc.boolean()
  })
});

/** Tables that can be cut, with batch norm, or with it folded into biases, or with neither. */
export const architectures: fc.Arbitrary<Architecture> = fc
  .tuple(tables, fc.oneof({ arbitrary: normed, weight: 3 }, { arbitrary: folded, weight: 1 }))
  .map(([table, norm]) => ({ ...table, ...norm }));

/** Random numbers for every tensor of a table; variances positive, nothing zero. */
export function randomTensors(arch: Architecture, seed: number): Tensors {
  const rng = rngOf(seed);
  const pairs = lower(arch)
    .flatMap(tensorsOf)
    .map(({ name, shape, role }): [string, Tensor] => {
      const size = shape.reduce((a, b) => a * b, 1);
      const fanIn = Math.max(1, size / (shape.at(-1) ?? 1));
      const draw = (): number => {
        if (role === 'variance' || role === 'gamma') return 0.5 + rng.next();
        return role === 'weight' ? rng.normal() / Math.sqrt(fanIn) : rng.normal() / 2;
      };
      return [name, { shape, data: Float32Array.from({ length: size }, draw) }];
    });
  return Object.fromEntries(pairs);
}

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
const squeezeExcite: fc.Arbitrary<SqueezeExcite | null> = fc.option(fc.record({ channels: fc.constantFrom(8, 16) }));
const bneck: fc.Arbitrary<Row> = fc.record({
  kind: fc.constant('bneck' as const),
  kernel,
  expSize: fc.constantFrom(8, 16, 24, 40, 64),
  out: width,
  se: squeezeExcite,
  nl,
  stride
});
const separable: fc.Arbitrary<Row> = fc.record({
  kind: fc.constant('separable' as const),
  kernel,
  out: width,
  nl,
  stride
});

/** Tables of one to five rows, V1, V2 and V3 blocks mixed, many with residual chains and rows without expansion conv. */
export const architectures: fc.Arbitrary<Architecture> = fc.record({
  format: fc.constant(1 as const),
  name: fc.constant('random'),
  input: fc.constantFrom([6, 6, 1] as const, [7, 5, 3] as const),
  classes: fc.constant(3),
  padding: fc.constantFrom('same' as const, 'symmetric' as const),
  norm: fc.constant({ epsilon: 0.001, momentum: 0.9 }),
  scaling: fc.constant('v3' as const),
  stem: fc.record({ kernel: fc.constant(3 as const), out: width, nl, stride }),
  rows: fc.array(fc.oneof({ arbitrary: bneck, weight: 4 }, { arbitrary: separable, weight: 1 }), {
    minLength: 1,
    maxLength: 5
  }),
  head: fc.record({
    kind: fc.constant('classifier' as const),
    conv: fc.option(fc.record({ out: width, nl })),
    hidden: fc.option(fc.record({ out: width, nl }))
  })
});

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

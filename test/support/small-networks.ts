/** @file Test support: small tables that together use every op, kernel, stride, padding and odd width, and random numbers for them. */
import type { Architecture, BneckRow, NL } from '../../src/lib/arch/architecture';
import { rngOf } from '../../src/lib/base/rng';
import { lower } from '../../src/lib/ops/lower';
import { tensorsOf } from '../../src/lib/ops/tensors';
import type { Batch } from '../../src/lib/engine/engine';
import type { Tensors } from '../../src/lib/weights/checkpoint';

/** A bneck as [kernel, exp, out, se channels or 0, NL, stride]. */
export function bneck(kernel: 3 | 5 | 7, expSize: number, out: number, se: number, nl: NL, stride: 1 | 2): BneckRow {
  return { kind: 'bneck', kernel, expSize, out, se: se ? { channels: se } : null, nl, stride };
}

const norm = { epsilon: 1e-3, momentum: 0.9 };
const common = { format: 1, classes: 5, norm, scaling: 'v3' } as const;

export const smallNetworks: readonly Architecture[] = [
  {
    ...common,
    name: 'even widths, SAME',
    input: [12, 12, 3],
    padding: 'same',
    stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
    rows: [bneck(3, 8, 8, 8, 'relu', 1), bneck(5, 24, 16, 8, 'hardSwish', 2), bneck(3, 40, 16, 16, 'hardSwish', 1)],
    head: { kind: 'classifier', conv: { out: 24, nl: 'hardSwish' }, hidden: { out: 12, nl: 'hardSwish' } }
  },
  {
    ...common,
    name: 'odd widths and map, symmetric',
    input: [13, 11, 1],
    padding: 'symmetric',
    stem: { kernel: 3, out: 5, nl: 'relu6', stride: 1 },
    rows: [bneck(5, 18, 5, 3, 'relu6', 1), bneck(3, 22, 7, 0, 'relu', 2), bneck(5, 37, 7, 9, 'hardSwish', 1)],
    head: { kind: 'classifier', conv: null, hidden: null }
  },
  {
    ...common,
    name: 'kernel 7, separable rows, even map, symmetric',
    input: [10, 14, 2],
    padding: 'symmetric',
    stem: { kernel: 5, out: 6, nl: 'relu', stride: 2 },
    rows: [
      { kind: 'separable', kernel: 7, out: 9, nl: 'relu', stride: 2 },
      { kind: 'separable', kernel: 3, out: 17, nl: 'relu6', stride: 1 },
      bneck(7, 34, 17, 0, 'hardSwish', 1)
    ],
    head: { kind: 'classifier', conv: { out: 11, nl: 'relu' }, hidden: { out: 7, nl: 'relu6' } }
  }
];

/** Random tensors with lively norms, biases and dense weights, so that no gradient vanishes by chance. */
export function livelyTensors(arch: Architecture, seed: number): Tensors {
  const specs = lower(arch).flatMap(tensorsOf);
  return Object.fromEntries(
    specs.map(({ name, shape, role }) => {
      const rng = rngOf(seed).fork(name);
      const size = shape.reduce((product, n) => product * n, 1);
      const fan = Math.sqrt(size / (shape.at(-1) ?? 1));
      const draw = (): number => {
        if (role === 'gamma' || role === 'variance') return 0.7 + 0.6 * rng.next();
        return role === 'weight' ? rng.normal() / fan : 0.3 * rng.normal();
      };
      return [name, { shape, data: Float32Array.from({ length: size }, draw) }];
    })
  );
}

/** Random pictures and labels. */
export function randomBatch(arch: Architecture, count: number, seed: number): Batch {
  const rng = rngOf(seed);
  const size = count * arch.input[0] * arch.input[1] * arch.input[2];
  const images = Float32Array.from({ length: size }, () => rng.normal());
  return { count, images, labels: Uint8Array.from({ length: count }, () => rng.below(arch.classes)) };
}

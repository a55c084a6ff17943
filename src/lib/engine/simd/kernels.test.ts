import { expect, test } from 'vitest';
import { coreOfTests } from '../../../../test/support/simd-core';
import { openArena } from './arena';
import { ACT, instantiate } from './kernels';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const exact = {
  sigmoid: { value: sigmoid, slope: (x: number) => sigmoid(x) * sigmoid(-x) },
  swish: { value: (x: number) => x * sigmoid(x), slope: (x: number) => sigmoid(x) * (1 + x * sigmoid(-x)) },
  shiftedSwish: {
    value: (x: number) => (x * sigmoid(x + 3)) / 6,
    slope: (x: number) => (sigmoid(x + 3) * (1 + x * sigmoid(-x - 3))) / 6
  }
} as const;

test.each(['sigmoid', 'swish', 'shiftedSwish'] as const)(
  '%s and its slope are right to 1e-6 on both builds, far out, too, and a NaN stays one',
  async (name) => {
    const points = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 20);
    for (const plain of [false, true]) {
      const arena = openArena(String);
      const core = await coreOfTests(plain);
      const kernels = instantiate(core.module, arena.memory);
      const [z, y, dy] = [arena.alloc(4001), arena.alloc(4001), arena.alloc(4001)];
      arena.floats(z, 4001).set(points);
      arena.floats(dy, 4001).fill(1);
      kernels.activateMap(z, y, 4001, ACT[name]);
      kernels.deactivateMap(z, dy, 4001, ACT[name]);
      const far = (got: Float32Array, wanted: (x: number) => number): number =>
        got.reduce((worst, value, i) => {
          const right = wanted(points[i]!);
          return Math.max(worst, Math.abs(value - right) / Math.max(1, Math.abs(right)));
        }, 0);
      expect(far(arena.floats(y, 4001), exact[name].value), core.variant).toBeLessThan(1e-6);
      expect(far(arena.floats(dy, 4001), exact[name].slope), core.variant).toBeLessThan(1e-6);
      arena.floats(z, 1)[0] = NaN;
      kernels.activateMap(z, y, 1, ACT[name]);
      expect(arena.floats(y, 1)[0]).toBeNaN();
    }
  }
);

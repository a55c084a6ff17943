import { describe, expect, test } from 'vitest';
import { coreOfTests } from '../../../../test/support/simd-core';
import { livelyTensors, mapsNetwork, randomBatch, smallNetworks } from '../../../../test/support/small-networks';
import { still } from '../../../../test/support/updates';
import { rngOf } from '../../base/rng';
import { withoutNorms } from '../../ops/folded';
import { lower } from '../../ops/lower';
import type { Op } from '../../ops/op';
import { tensorsOf } from '../../ops/tensors';
import { plainClasses } from '../../task/objective';
import type { OpRounding, RoundedActivation, Rounding, RoundingGrid } from '../../task/rounding';
import { openArena } from './arena';
import { ACT, instantiate } from './kernels';
import { createRoundedNetwork, createSimdNetwork } from './network';

const builds = [
  { build: 'best', plain: false },
  { build: 'plain', plain: true }
] as const;

async function openKernels(plain: boolean) {
  const arena = openArena(String);
  const kernels = instantiate((await coreOfTests(plain)).module, arena.memory);
  const place = (values: readonly number[] | Float32Array): number => {
    const at = arena.alloc(values.length);
    arena.floats(at, values.length).set(values);
    return at;
  };
  return { arena, kernels, place };
}

describe.each(builds)('kernels of the $build build', ({ plain }) => {
  const grid = [0.5, 3, 0.25, -4, 100] as const;
  const points = [-9, -3.76, -3.75, -3.74, -0.25, 0, 0.01, 1.0625, 48.25, 48.3, 900];
  const stored = (x: number): number => {
    const place = Math.fround((x + 0.25) / 0.5) + 3;
    const nearest =
      2 * Math.round(place / 2) === place + 1 || 2 * Math.round(place / 2) === place - 1 ? place : Math.round(place);
    return Math.max(-4, Math.min(100, nearest));
  };

  test('values go to the nearest number of their grid, gradients only through those inside', async () => {
    const { arena, kernels, place } = await openKernels(plain);
    const [x, y, dy] = [place(points), arena.alloc(points.length), place(points.map((_, i) => i + 1))];
    kernels.roundOn(x, y, points.length, ...grid);
    expect([...arena.floats(y, points.length)]).toEqual(points.map((point) => (stored(Math.fround(point)) - 3) * 0.5));
    kernels.roundOnBackward(x, dy, points.length, ...grid);
    const inside = points.map((point) => (Math.fround(point) >= -3.75 && Math.fround(point) <= 48.25 ? 1 : 0));
    expect([...arena.floats(dy, points.length)]).toEqual(inside.map((one, i) => one * (i + 1)));
  });

  test('through a table', async () => {
    const { arena, kernels, place } = await openKernels(plain);
    const table = place(Array.from({ length: 256 }, (_, i) => 1000 + i));
    const [x, y, dy] = [place(points), arena.alloc(points.length), place(points.map(() => 2))];
    kernels.roundThrough(x, y, points.length, table, ...grid);
    const entries = points.map((point) => 1128 + stored(Math.fround(point)));
    expect([...arena.floats(y, points.length)]).toEqual(entries);
    kernels.roundThroughBackward(x, dy, points.length, table, ...grid);
    const slopes = points.map((point, i) =>
      Math.fround(point) >= -3.75 && Math.fround(point) <= 48.25 ? 2 * entries[i]! : 0
    );
    expect([...arena.floats(dy, points.length)]).toEqual(slopes);
  });

  test('a NaN stays one', async () => {
    const { arena, kernels, place } = await openKernels(plain);
    const [x, y, table] = [place([NaN, 1]), arena.alloc(2), place(new Float32Array(256))];
    kernels.roundOn(x, y, 2, ...grid);
    expect(arena.floats(y, 2)[0]).toBeNaN();
    kernels.roundThrough(x, y, 2, table, ...grid);
    expect([...arena.floats(y, 2)]).toEqual([NaN, 0]);
  });

  test.each([1, 3, 4, 6])('weights of %i scales', async (filters) => {
    const { arena, kernels, place } = await openKernels(plain);
    const rng = rngOf(filters);
    const weights = Float32Array.from({ length: filters * 10 }, () => rng.normal());
    if (filters > 1) weights.forEach((_, i) => (i % filters === 1 ? (weights[i] = 0) : 0));
    const [w, y, scales] = [place(weights), arena.alloc(weights.length), arena.alloc(filters)];
    kernels.roundFilters(w, y, weights.length, filters, scales);
    const largest = Array.from({ length: filters }, (_, c) =>
      weights.filter((_, i) => i % filters === c).reduce((top, value) => Math.max(top, Math.abs(value)), 0)
    );
    const wanted = largest.map((top) => Math.fround(Math.max(top / 127, 1e-9 / 127)));
    expect([...arena.floats(scales, filters)]).toEqual(wanted);
    const rounded = weights.map((value, i) => Math.round(value / wanted[i % filters]!) * wanted[i % filters]!);
    expect(arena.floats(y, weights.length)).toEqual(rounded);
  });
});

/** So fine that rounding is lost in the last digits of a float32. */
const fine: RoundingGrid = { scale: 2 ** -12, zeroPoint: 0, least: -(2 ** 20), most: 2 ** 20 };
const opened = await openKernels(false);

/** An activation of the core at every number of a grid, and how fast it grows there. */
function tableOf(act: number, { scale }: RoundingGrid): RoundedActivation {
  const { arena, kernels, place } = opened;
  const points = Float32Array.from({ length: 256 }, (_, i) => (i - 128) * scale);
  const [z, y, slope] = [place(points), arena.alloc(256), place(points.map(() => 1))];
  kernels.activateMap(z, y, 256, act);
  kernels.deactivateMap(z, slope, 256, act);
  return { values: arena.floats(y, 256).slice(), slopes: arena.floats(slope, 256).slice() };
}

const always =
  (rounding: OpRounding | null) =>
  (ops: readonly Op[]): Rounding => ({
    picture: null,
    ops: new Map(rounding ? ops.map((op) => [op.id, rounding]) : [])
  });

const tables = [...smallNetworks.map((arch) => ({ arch, ops: lower(arch) })), mapsNetwork()].map(({ arch, ops }) => ({
  arch,
  ops: withoutNorms(ops)
}));

describe.each(tables)('$arch.name', ({ arch, ops }) => {
  const tensors = livelyTensors(arch, 7, ops);
  const batch = randomBatch(arch, 3, 11);

  async function learned(roundingOf: (ops: readonly Op[]) => Rounding) {
    const network = createRoundedNetwork(await coreOfTests(), { arch, tensors, ops, rounding: roundingOf(ops) }, 4);
    const { loss } = await network.trainStep(batch, plainClasses, still);
    return { loss, gradients: network.readGradients(), network };
  }

  test('rounds nothing where nothing is to be rounded', async () => {
    const plain = createSimdNetwork(await coreOfTests(), arch, tensors, 4, ops);
    const { loss } = await plain.trainStep(batch, plainClasses, still);
    const rounded = await learned(always(null));
    expect(rounded.loss).toBe(loss);
    expect(rounded.gradients).toEqual(plain.readGradients());
  });

  test('on grids as fine as floats, loss and gradients are those of floats', async () => {
    const plain = await learned(always(null));
    const rounded = await learned(always({ weights: null, sums: null, answer: fine }));
    expect(Math.abs(rounded.loss - plain.loss)).toBeLessThan(1e-3);
    for (const [name, { data }] of Object.entries(plain.gradients)) {
      const largest = data.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      const found = rounded.gradients[name]!.data;
      const gap = data.reduce((top, value, i) => Math.max(top, Math.abs(value - found[i]!)), 0);
      expect(gap, name).toBeLessThan(0.02 * largest + 1e-4);
    }
  });

  test('sums on grids of 256 numbers, activations by table, learn what floats learn', async () => {
    const plain = await learned(always(null));
    const coarse: RoundingGrid = { scale: 2 ** -4, zeroPoint: 0, least: -128, most: 127 };
    const finished = ops.flatMap((op) => ('nl' in op ? [op] : []));
    const roundings = finished.map(({ id, nl }): [string, OpRounding] => {
      const sums = { grid: coarse, lift: 0, activation: nl === 'linear' ? null : tableOf(ACT[nl], coarse) };
      return [id, { weights: null, sums, answer: null }];
    });
    const rounded = await learned(() => ({ picture: null, ops: new Map(roundings) }));
    expect(Math.abs(rounded.loss - plain.loss)).toBeLessThan(0.15);
    const [one, other] = [plain, rounded].map(({ gradients }) =>
      Object.values(gradients).flatMap(({ data }) => [...data])
    );
    const dot = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(dot(one!, other!) / Math.sqrt(dot(one!, one!) * dot(other!, other!))).toBeGreaterThan(0.97);
  });

  test('answers off their grid hand no gradient on', async () => {
    // One number far below everything: all answers of the first op lie outside.
    const nowhere = { weights: null, sums: null, answer: { scale: 1, zeroPoint: 0, least: -1e6, most: -1e6 } };
    const [first] = ops;
    const { gradients } = await learned(() => ({ picture: null, ops: new Map([[first!.id, nowhere]]) }));
    for (const { name } of tensorsOf(first!)) expect(new Set(gradients[name]!.data), name).toEqual(new Set([0]));
  });

  test('the optimiser keeps weights in floats, of which layers see integers', async () => {
    const weighted = ops.filter((op) => tensorsOf(op).some(({ role }) => role === 'weight'));
    const roundings = weighted.map((op): [string, OpRounding] => {
      const scales = op.kind === 'dense' ? 1 : op.out[2];
      return [op.id, { weights: { scales, inputScale: 2 ** -20 }, sums: null, answer: null }];
    });
    const { network, gradients, loss } = await learned(() => ({ picture: null, ops: new Map(roundings) }));
    expect(await network.read()).toEqual(tensors);
    const integers = Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => {
        const op = weighted.find(({ id }) => name === `${id}.weight`);
        if (!op) return [name, { shape, data }];
        const scales = op.kind === 'dense' ? 1 : op.out[2];
        const largest = new Float32Array(scales);
        data.forEach((value, i) => (largest[i % scales] = Math.max(largest[i % scales]!, Math.abs(value))));
        const unit = largest.map((top) => top / 127);
        return [
          name,
          { shape, data: data.map((value, i) => Math.round(value / unit[i % scales]!) * unit[i % scales]!) }
        ];
      })
    );
    const plain = createSimdNetwork(await coreOfTests(), arch, integers, 4, ops);
    expect((await plain.trainStep(batch, plainClasses, still)).loss).toBeCloseTo(loss, 4);
    for (const [name, { data }] of Object.entries(plain.readGradients())) {
      const largest = data.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      const gap = data.reduce((top, value, i) => Math.max(top, Math.abs(value - gradients[name]!.data[i]!)), 0);
      expect(gap, name).toBeLessThan(0.02 * largest + 1e-4);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { rngOf } from '../../base/rng';
import type { Batch } from '../engine';
import {
  answersOf,
  blockBytes,
  openBlock,
  putResult,
  reduceSlice,
  resultOf,
  shareOf,
  type SharedBlock
} from './parallel';
import { openBarrier } from './parallel-barrier';

const shares = (count: number, workers: number): number[] =>
  Array.from({ length: workers }, (_, worker) => {
    const { from, to } = shareOf(count, worker, workers);
    return to - from;
  });

describe('a batch', () => {
  test.each([
    [64, 2, [32, 32]],
    [7, 2, [4, 3]],
    [8, 3, [3, 3, 2]],
    [1, 3, [1, 0, 0]],
    [2, 3, [1, 1, 0]],
    [5, 1, [5]]
  ])('of %i pictures is shared by %i workers as %j', (count, workers, wanted) => {
    expect(shares(count, workers).toSorted((a, b) => b - a)).toEqual(wanted);
  });

  test('is shared without a gap, the caller never going without', () => {
    for (let count = 1; count < 40; count++) {
      for (let workers = 1; workers < 9; workers++) {
        const all = Array.from({ length: workers }, (_, worker) => shareOf(count, worker, workers));
        expect(all.map(({ from }) => from)).toEqual([0, ...all.slice(0, -1).map(({ to }) => to)]);
        expect(all.at(-1)?.to).toBe(count);
        expect(all[0]?.to).toBeGreaterThan(0);
        expect(all[0]?.to).toBe(Math.ceil(count / workers));
      }
    }
  });

  test('gives each worker the answers of its pictures, and dropout values of its own', () => {
    const batch: Batch = {
      count: 3,
      images: new Float32Array(3),
      labels: Uint8Array.of(1, 2, 3, 4, 5, 6),
      teacher: Float32Array.of(0.5, 1.5, 2.5),
      boxes: [[], [{ box: [0, 0, 1, 1], class: 1 }], []],
      draw: 8
    };
    const [first, second] = [answersOf(batch, 0, 2), answersOf(batch, 1, 2)];
    expect(first).toEqual({
      labels: Uint8Array.of(1, 2, 3, 4),
      teacher: Float32Array.of(0.5, 1.5),
      boxes: batch.boxes?.slice(0, 2),
      draw: 8
    });
    expect(second).toMatchObject({ labels: Uint8Array.of(5, 6), teacher: Float32Array.of(2.5), boxes: [[]] });
    expect(second.draw).not.toBe(first.draw);
    expect(answersOf({ count: 1, images: batch.images, labels: Uint8Array.of(7) }, 1, 2)).toEqual({
      labels: new Uint8Array()
    });
  });
});

/** A block with random parts and the terms given. */
function filled(gradients: number, terms: readonly number[]): SharedBlock {
  const sizes = { workers: terms.length, pictures: 5, gradients };
  const block = openBlock(new SharedArrayBuffer(blockBytes(sizes)), sizes);
  const rng = rngOf(2);
  terms.forEach((count, worker) => {
    block.parts[worker]?.forEach((_, i, part) => (part[i] = rng.normal()));
    putResult(block, worker, { loss: worker + 1, correct: worker, terms: count });
  });
  return block;
}

describe('the sum over the workers', () => {
  test.each([
    [10_007, [3, 3]],
    [10_007, [4, 3]],
    [9_000, [2, 1, 1]],
    [2, [1, 1, 1]],
    [50, [0, 5, 0, 2]]
  ])('of %i gradients is their mean weighted by terms: %j', (gradients, terms) => {
    const block = filled(gradients, terms);
    for (let worker = 0; worker < terms.length; worker++) reduceSlice(block, worker);
    const total = terms.reduce((sum, count) => sum + count, 0);
    const wanted = Array.from({ length: gradients }, (_, i) =>
      terms.reduce((sum, count, worker) => sum + (count / total) * block.parts[worker]![i]!, 0)
    );
    const error = wanted.reduce((top, value, i) => Math.max(top, Math.abs(value - block.sum[i]!)), 0);
    expect(error).toBeLessThan(1e-6);
    const loss = terms.reduce((sum, count, worker) => sum + (count / total) * (worker + 1), 0);
    expect(resultOf(block).loss).toBeCloseTo(loss, 12);
  });

  test('has the same bits whoever sums first', () => {
    const [one, other] = [filled(30_000, [5, 4, 4]), filled(30_000, [5, 4, 4])];
    for (const worker of [0, 1, 2]) reduceSlice(one, worker);
    for (const worker of [2, 0, 1]) reduceSlice(other, worker);
    expect(one.sum).toEqual(other.sum);
  });

  test('leaves out what a worker without terms wrote, and is nothing when nobody has any', () => {
    const block = filled(100, [2, 0]);
    block.parts[1]?.fill(NaN);
    putResult(block, 1, { loss: NaN, correct: 0, terms: 0 });
    for (const worker of [0, 1]) reduceSlice(block, worker);
    expect(block.sum).toEqual(block.parts[0]);
    expect(resultOf(block)).toEqual({ loss: 1, correct: 0, terms: 2 });
    const none = filled(100, [0, 0]);
    none.sum.fill(7);
    for (const worker of [0, 1]) reduceSlice(none, worker);
    expect(none.sum).toEqual(new Float32Array(100));
    expect(resultOf(none)).toEqual({ loss: 0, correct: 1, terms: 0 });
  });
});

describe('the barrier', () => {
  const open = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));

  test('lets pass when all have come, however often, also over the end of the counter', () => {
    const control = open();
    Atomics.store(control, 0, 2 ** 31 - 3);
    const start = Atomics.load(control, 0);
    const [one, other] = [openBarrier(control, 2, start), openBarrier(control, 2, start)];
    for (let round = 0; round < 5; round++) {
      one.arrive();
      expect(one.wait(1)).toBe('late');
      other.arrive();
      expect(one.wait(1)).toBe('passed');
      expect(other.wait(1)).toBe('passed');
    }
  });

  test('lets a worker that is a round ahead wait for the next one only', () => {
    const control = open();
    const [one, other] = [openBarrier(control, 2), openBarrier(control, 2)];
    one.arrive();
    other.arrive();
    one.arrive();
    expect(other.wait(1)).toBe('passed');
    expect(one.wait(1)).toBe('late');
  });

  test('sends everybody home once somebody gave up', () => {
    const control = open();
    const [one, other] = [openBarrier(control, 2), openBarrier(control, 2)];
    one.arrive();
    other.abort();
    expect(one.wait()).toBe('aborted');
    expect(other.wait()).toBe('aborted');
  });
});

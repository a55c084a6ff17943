/** @file SIMD engine, several workers on one training: who takes which pictures, the block they share, the sum in a fixed order. */
import type { Batch, StepResult } from '../engine';

/** From (included) to (excluded). */
export interface Share {
  readonly from: number;
  readonly to: number;
}

/** What one of several workers takes of `count` things: shares differ by one at most, worker 0 has one of the largest. */
export function shareOf(count: number, worker: number, workers: number): Share {
  return { from: Math.ceil((worker * count) / workers), to: Math.ceil(((worker + 1) * count) / workers) };
}

/** A batch's answers for some of its pictures: labels, a teacher's logits, boxes. */
export type Answers = Omit<Batch, 'count' | 'images'>;

/** The answers of a worker's share, numbers copied; dropout draws other values in each. */
export function answersOf({ count, labels, teacher, boxes, draw }: Batch, worker: number, workers: number): Answers {
  const { from, to } = shareOf(count, worker, workers);
  const perPicture = labels.length / count;
  const logits = (teacher?.length ?? 0) / count;
  return {
    labels: labels.slice(from * perPicture, to * perPicture),
    ...(teacher && { teacher: teacher.slice(from * logits, to * logits) }),
    ...(boxes && { boxes: boxes.slice(from, to) }),
    ...(draw !== undefined && { draw: (draw ^ Math.imul(worker, 0x9e3779b1)) >>> 0 })
  };
}

/** What the shared block has room for: floats of the pictures of a full batch, floats of all gradients. */
export interface BlockSizes {
  readonly workers: number;
  readonly pictures: number;
  readonly gradients: number;
}

/** Views of the block all workers share; each worker writes its own result and part, and its slice of the sum. */
export interface SharedBlock {
  readonly workers: number;
  /** Words of the barrier. */
  readonly control: Int32Array;
  /** Loss, correct answers and terms of each worker's share: its mean loss is one over so many terms. */
  readonly results: Float64Array;
  readonly pictures: Float32Array;
  /** Gradients of each worker's share. */
  readonly parts: readonly Float32Array[];
  /** Gradients of the batch. */
  readonly sum: Float32Array;
}

const CONTROL_BYTES = 64;
const RESULT_FLOATS = 3;
/** Blocks begin on a cache line of their own. */
const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Bytes of a block. */
export function blockBytes({ workers, pictures, gradients }: BlockSizes): number {
  const results = aligned(workers * RESULT_FLOATS * 8);
  return CONTROL_BYTES + results + aligned(pictures * 4) + (workers + 1) * aligned(gradients * 4);
}

/** The views of a block that `blockBytes` has measured; the same for every worker. */
export function openBlock(buffer: SharedArrayBuffer, { workers, pictures, gradients }: BlockSizes): SharedBlock {
  let top = CONTROL_BYTES;
  const place = (bytes: number): number => {
    const at = top;
    top += aligned(bytes);
    return at;
  };
  const results = new Float64Array(buffer, place(workers * RESULT_FLOATS * 8), workers * RESULT_FLOATS);
  const floats = (count: number): Float32Array => new Float32Array(buffer, place(count * 4), count);
  return {
    workers,
    control: new Int32Array(buffer, 0, CONTROL_BYTES / 4),
    results,
    pictures: floats(pictures),
    parts: Array.from({ length: workers }, () => floats(gradients)),
    sum: floats(gradients)
  };
}

/** Writes a worker's result. */
export function putResult({ results }: SharedBlock, worker: number, { loss, correct, terms }: StepResult): void {
  results.set([loss, correct, terms], worker * RESULT_FLOATS);
}

/** How much each worker's mean counts in that of the batch: its share of the terms; all 0 when nothing counts. */
function weightsOf({ workers, results }: SharedBlock): number[] {
  const terms = Array.from({ length: workers }, (_, worker) => results[worker * RESULT_FLOATS + 2]!);
  const total = terms.reduce((sum, count) => sum + count, 0);
  return terms.map((count) => (total > 0 ? count / total : 0));
}

/** The result of the whole batch: loss weighted by terms, in the order of the workers. */
export function resultOf(block: SharedBlock): StepResult {
  let loss = 0;
  let correct = 0;
  let terms = 0;
  weightsOf(block).forEach((weight, worker) => {
    const at = worker * RESULT_FLOATS;
    if (weight > 0) loss += weight * block.results[at]!;
    correct += block.results[at + 1]!;
    terms += block.results[at + 2]!;
  });
  return { loss, correct, terms };
}

/** Floats summed before the next part's turn, so that a piece of the sum stays in the nearest cache. */
const PIECE = 4096;

/**
 * The slice of the batch's gradients that is this worker's to sum: the parts weighted by their terms, added in the order
 * of the workers, so that the sum never depends on who came first. Parts without terms are not read.
 */
export function reduceSlice(block: SharedBlock, worker: number): void {
  const { sum, workers } = block;
  const counting = weightsOf(block).flatMap((weight, of) => (weight > 0 ? [{ weight, part: block.parts[of]! }] : []));
  const [first, ...others] = counting;
  const { from, to } = shareOf(sum.length, worker, workers);
  if (!first) sum.fill(0, from, to);
  else {
    for (let start = from; start < to; start += PIECE) {
      const end = Math.min(to, start + PIECE);
      for (let i = start; i < end; i++) sum[i] = first.weight * first.part[i]!;
      for (const { weight, part } of others) for (let i = start; i < end; i++) sum[i]! += weight * part[i]!;
    }
  }
}

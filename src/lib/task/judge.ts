/** @file Tasks: what the answers of a network say about each picture, and the figure that sums them up. */
import type { Architecture } from '$lib/arch/architecture';
import type { Metric } from '$lib/weights/checkpoint';
import { largestOf } from './class-loss';
import { detect } from './detect';
import { isSquashed, learnedBy, metricOf } from './head-objective';
import { accuracyOf, confuse, meanAveragePrecision, meanIouOf, openConfusion, type Found } from './metrics';
import type { Truth } from './objective';

/** Sums up answers batch by batch. */
export interface Judge {
  readonly metric: Metric;
  /** Takes the answers [count, h, w, c] to some pictures. */
  add(output: Float32Array, truth: Truth): void;
  /** The figure over all so far, 0 to 1; 0 where nothing could be right. */
  value(): number;
}

/** The likeliest class of each row of `classes` numbers; a single number is class 1 above `limit`. */
export function likeliest(output: Float32Array, classes: number, limit: number): Uint8Array {
  return Uint8Array.from({ length: output.length / classes }, (_, row) => {
    return classes === 1 ? Number(output[row]! > limit) : largestOf(output, row * classes, classes);
  });
}

/** Above which number a mask of one class is on. */
export const maskLimit = (arch: Architecture): number => (isSquashed(arch) ? 0.5 : 0);

/** What a detector finds in each picture of a batch, as shares of the picture, beside what is there. */
export function foundIn(output: Float32Array, arch: Architecture, { count, boxes = [] }: Truth): Found[] {
  const one = output.length / count;
  return Array.from({ length: count }, (_, picture) => ({
    found: detect(output.subarray(picture * one, (picture + 1) * one), arch, { width: 1, height: 1 }),
    there: boxes[picture] ?? []
  }));
}

/** A judge of a network's answers by the figure of its head. */
export function openJudge(arch: Architecture): Judge {
  const metric = metricOf(arch);
  const known = (value: number): number => (Number.isNaN(value) ? 0 : value);
  if (learnedBy[arch.head.kind] === 'boxes') {
    const pictures: Found[] = [];
    return {
      metric,
      add: (output, truth) => void pictures.push(...foundIn(output, arch, truth)),
      value: () => known(meanAveragePrecision(pictures, arch.classes))
    };
  }
  const confusion = openConfusion(Math.max(2, arch.classes));
  return {
    metric,
    add: (output, { labels }) => {
      confuse(confusion, likeliest(output, arch.classes, maskLimit(arch)), { labels, ignore: null });
    },
    value: () => known(metric === 'mIoU' ? meanIouOf(confusion) : accuracyOf(confusion))
  };
}

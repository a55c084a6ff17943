/** @file Tasks: how good answers are: accuracy and IoU from a confusion matrix, average precision of detections. */
import type { Detection } from './detect';
import { overlap } from './nms';

/** How often each class was taken for each: [truth * classes + answer]. */
export interface Confusion {
  readonly classes: number;
  readonly counts: Float64Array;
}

/** An empty confusion matrix. */
export function openConfusion(classes: number): Confusion {
  return { classes, counts: new Float64Array(classes * classes) };
}

/** Counts answers to labels, one each; labels `ignore` count for nothing. */
export function confuse(
  { classes, counts }: Confusion,
  answers: ArrayLike<number>,
  { labels, ignore }: { readonly labels: ArrayLike<number>; readonly ignore: number | null }
): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== ignore) counts[labels[i]! * classes + answers[i]!]! += 1;
  }
}

const sumOf = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((sum, n) => sum + n, 0);

/** Share of right answers; NaN when nothing was counted. */
export function accuracyOf({ classes, counts }: Confusion): number {
  const right = Array.from({ length: classes }, (_, c) => counts[c * classes + c]!);
  return sumOf(right) / sumOf(counts);
}

/** Intersection over union of each class: right over (truth or answer); null for a class that is in neither. */
export function iouOf({ classes, counts }: Confusion): (number | null)[] {
  return Array.from({ length: classes }, (_, c) => {
    let joint = -counts[c * classes + c]!;
    for (let other = 0; other < classes; other++) joint += counts[c * classes + other]! + counts[other * classes + c]!;
    return joint > 0 ? counts[c * classes + c]! / joint : null;
  });
}

/** Mean of the values that there are; NaN when there is none. */
function meanOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return sumOf(known) / known.length;
}

/** Mean IoU over the classes that occur. */
export const meanIouOf = (confusion: Confusion): number => meanOf(iouOf(confusion));

/** What was found in a picture, and what is there, in one unit. */
export interface Found {
  readonly found: readonly Detection[];
  readonly there: readonly Pick<Detection, 'box' | 'class'>[];
}

/** Whether each detection of a class is a hit, best score first: the box it overlaps most, by enough, is not yet taken. */
function hitsOf(pictures: readonly Found[], label: number, least: number): boolean[] {
  const scored = pictures.flatMap(({ found, there }, picture) => {
    const wanted = there.filter((one) => one.class === label).map(({ box }) => ({ box, taken: false }));
    const own = found.filter((one) => one.class === label);
    return own.map(({ box, score }, order) => ({ box, score, wanted, picture, order }));
  });
  scored.sort((a, b) => b.score - a.score || a.picture - b.picture || a.order - b.order);
  return scored.map(({ box, wanted }) => {
    const [best] = wanted.toSorted((a, b) => overlap(box, b.box) - overlap(box, a.box));
    if (!best || best.taken || overlap(box, best.box) < least) return false;
    best.taken = true;
    return true;
  });
}

/** How many detections of a picture are hits, over all classes. */
export function hitsIn(picture: Found, least = 0.5): number {
  const labels = new Set(picture.there.map((one) => one.class));
  return sumOf([...labels].map((label) => hitsOf([picture], label, least).filter(Boolean).length));
}

/**
 * Average precision of a class: the area under precision over recall, each precision raised to the best at the same or a
 * higher recall (PASCAL VOC 2010 devkit §4.4); null where the class is in no picture.
 */
export function averagePrecision(pictures: readonly Found[], label: number, least = 0.5): number | null {
  const total = sumOf(pictures.map(({ there }) => there.filter((one) => one.class === label).length));
  if (total === 0) return null;
  let right = 0;
  const points = hitsOf(pictures, label, least).map((hit, index) => {
    right += Number(hit);
    return { hit, precision: right / (index + 1) };
  });
  let best = 0;
  let area = 0;
  for (const { hit, precision } of points.toReversed()) {
    best = Math.max(best, precision);
    if (hit) area += best / total;
  }
  return area;
}

/** Mean average precision over the classes 1 to classes - 1 that are there, at an overlap of `least` (AP@0.5). */
export function meanAveragePrecision(pictures: readonly Found[], classes: number, least = 0.5): number {
  return meanOf(Array.from({ length: classes - 1 }, (_, c) => averagePrecision(pictures, c + 1, least)));
}

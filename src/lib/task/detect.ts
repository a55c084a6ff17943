/** @file Tasks: what a detection head's numbers mean: boxes in the picture, each with a score and a class. */
import type { Architecture, DetectionRule } from '$lib/arch/architecture';
import { decodeBox, detectorOf } from './boxes';
import { basesOf } from './default-box-match';
import { suppress } from './nms';
import { softmax } from './softmax';

/** Width and height of the picture in which boxes are wanted, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One thing found. */
export interface Detection {
  /** Corners in pixels of the original picture, cut to it. */
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  /** Probability, 0 to 1. */
  readonly score: number;
  /** Index of the class; 0 is the background and never found. */
  readonly class: number;
}

interface Candidate extends Detection {
  /** Default box it came from. */
  readonly index: number;
}

/** Best first; the earlier default box where scores are equal. */
const byScore = (a: Candidate, b: Candidate): number => b.score - a.score || a.class - b.class || a.index - b.index;

/** Probabilities of one row of `classes` scores: softmax with the background, or a sigmoid each. */
function probabilities(scores: Float32Array, rule: DetectionRule): Float64Array {
  if (rule.scores === 'sigmoid') return Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
  return softmax(scores);
}

/**
 * Turns the output of a detection head, [default boxes, classes + 4] of class scores and four box numbers, into what was
 * found, best first: scores, boxes cut to the picture, the best candidates of each class, suppression within a class
 * (torchvision `SSD.postprocess_detections`). Throws when the table has no such head or the length does not fit it.
 */
export function detect(output: Float32Array, arch: Architecture, size: PictureSize): Detection[] {
  const detector = detectorOf(arch);
  const { rule } = detector.head;
  const { classes } = arch;
  const { places: bases } = basesOf(detector);
  const count = bases.length / 4;
  const row = classes + 4;
  if (output.length !== count * row) {
    throw new Error(`detect: output must hold ${count} x ${row} numbers, got ${output.length}`);
  }
  const found: Candidate[][] = Array.from({ length: classes }, () => []);
  for (let index = 0; index < count; index++) {
    const at = index * row;
    const scores = probabilities(output.subarray(at, at + classes), rule);
    let box: Detection['box'] | null = null;
    for (let label = 1; label < classes; label++) {
      const score = scores[label] ?? 0;
      if (!(score > rule.scoreThreshold)) continue;
      box ??= boxAt(output, { rule, bases, index, at: at + classes, size });
      found[label]?.push({ box, score, class: label, index });
    }
  }
  return found
    .flatMap((candidates) => suppress(candidates.sort(byScore).slice(0, rule.candidates), rule.iouThreshold))
    .sort(byScore)
    .slice(0, rule.detections)
    .map(({ box, score, class: label }) => ({ box, score, class: label }));
}

interface BoxPlace {
  readonly rule: DetectionRule;
  readonly bases: Float64Array;
  readonly index: number;
  /** Where the four numbers of the box begin. */
  readonly at: number;
  readonly size: PictureSize;
}

function boxAt(output: Float32Array, { rule, bases, index, at, size }: BoxPlace): Detection['box'] {
  const four = (from: ArrayLike<number>, start: number): [number, number, number, number] => [
    from[start] ?? 0,
    from[start + 1] ?? 0,
    from[start + 2] ?? 0,
    from[start + 3] ?? 0
  ];
  const [x1, y1, x2, y2] = decodeBox(rule, four(bases, 4 * index), four(output, at));
  const within = (share: number, pixels: number): number => Math.min(pixels, Math.max(0, share * pixels));
  return [within(x1, size.width), within(y1, size.height), within(x2, size.width), within(y2, size.height)];
}

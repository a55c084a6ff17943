/** @file Tasks: SSD's multibox loss on plain arrays, with the gradient of the detector's answer. */
import type { DetectionRule } from '$lib/arch/architecture';
import type { LabelledBox } from '$lib/data/dataset';
import type { Detector } from './boxes';
import { largestOf } from './class-loss';
import { basesOf, checkBoxes, matchBoxes, wantedMove } from './default-box-match';
import type { BoxObjective, Truth, Verdict } from './objective';

/** The answer of a detector to one picture: `rows` default boxes of `classes` scores and four numbers. */
interface Answer {
  readonly output: Float32Array;
  /** Where the picture's numbers begin. */
  readonly at: number;
  readonly classes: number;
  readonly scores: DetectionRule['scores'];
  readonly gradient: Float32Array | undefined;
}

/** Cross-entropy of one row's scores: with the background by softmax, or a sigmoid for each class; adds its gradient. */
function scoreLoss({ output, classes, scores, gradient }: Answer, at: number, label: number): number {
  if (scores === 'sigmoid') {
    let loss = 0;
    for (let j = 0; j < classes; j++) {
      const z = output[at + j]!;
      const target = j === label ? 1 : 0;
      loss += Math.max(z, 0) - z * target + Math.log1p(Math.exp(-Math.abs(z)));
      if (gradient) gradient[at + j] = 1 / (1 + Math.exp(-z)) - target;
    }
    return loss;
  }
  const top = output[at + largestOf(output, at, classes)]!;
  let sum = 0;
  for (let j = 0; j < classes; j++) sum += Math.exp(output[at + j]! - top);
  if (gradient) {
    for (let j = 0; j < classes; j++) {
      gradient[at + j] = Math.exp(output[at + j]! - top) / sum - (j === label ? 1 : 0);
    }
  }
  return Math.log(sum) + top - output[at + label]!;
}

/** Smooth L1 of four numbers (Girshick 2015, eq. 3); fills its gradient. */
function moveLoss({ output, gradient }: Answer, at: number, wanted: readonly number[]): number {
  let loss = 0;
  for (const [k, value] of wanted.entries()) {
    const gap = output[at + k]! - value;
    const size = Math.abs(gap);
    loss += size < 1 ? 0.5 * gap * gap : size - 0.5;
    if (gradient) gradient[at + k] = size < 1 ? gap : Math.sign(gap);
  }
  return loss;
}

/** The `count` largest of the losses, the earlier one where two are equal; one that is no number counts as largest. */
function hardest(losses: Float64Array, count: number): number[] {
  if (count <= 0) return [];
  const least = losses.toSorted()[Math.max(0, losses.length - count)]!;
  const indices = Array.from(losses.keys());
  const above = indices.filter((index) => !(losses[index]! <= least));
  const level = indices.filter((index) => losses[index] === least);
  return [...above, ...level.slice(0, Math.max(0, count - above.length))];
}

/** One picture's sums, with the gradient of the sums; `right` counts the matched rows whose best class is the label. */
function judgePicture(answer: Answer, boxes: readonly LabelledBox[], { arch, objective }: Detecting) {
  const { rule } = arch.head;
  const bases = basesOf(arch);
  const row = answer.classes + 4;
  const matches = matchBoxes(bases, boxes);
  const silent = { ...answer, gradient: undefined };
  // Matched rows are no background: their place is filled with what is never chosen before any other.
  const others = new Float64Array(matches.length).fill(Number.NEGATIVE_INFINITY);
  let loss = 0;
  let matched = 0;
  let right = 0;
  for (const [index, match] of matches.entries()) {
    const at = answer.at + index * row;
    const box = boxes[match];
    if (!box) {
      others[index] = scoreLoss(silent, at, 0);
      continue;
    }
    matched += 1;
    right += Number(largestOf(answer.output, at, answer.classes) === box.class);
    loss += scoreLoss(answer, at, box.class);
    const wanted = wantedMove(rule, { places: bases.places, index }, box.box);
    loss += moveLoss(answer, at + answer.classes, wanted);
  }
  // The background rows that are furthest from being seen as such.
  const most = Math.min(objective.negatives * matched, matches.length - matched);
  for (const index of hardest(others, most)) loss += scoreLoss(answer, answer.at + index * row, 0);
  return { loss, matched, right };
}

/** Whose answer is judged, and by what. */
export interface Detecting {
  readonly arch: Detector;
  readonly objective: BoxObjective;
  readonly gradient?: Float32Array | undefined;
}

/**
 * SSD's multibox loss (arXiv 1512.02325, eq. 1, weight 1; torchvision's `SSD.compute_loss`) of an answer [count, default
 * boxes, classes + 4]: smooth L1 of the matched boxes and cross-entropy of these and of the hardest `negatives` for each,
 * over the number of matches. Fills the gradient when given. A picture's right share is that of its matched boxes whose
 * best class is right; one without boxes is right.
 */
export function boxLoss(output: Float32Array, truth: Truth, detecting: Detecting): Verdict {
  const { arch, gradient } = detecting;
  const { count, boxes = [] } = truth;
  const { classes } = arch;
  gradient?.fill(0);
  let loss = 0;
  let correct = 0;
  let terms = 0;
  for (let picture = 0; picture < count; picture++) {
    const own = boxes[picture] ?? [];
    checkBoxes(own, classes);
    const at = (picture * output.length) / count;
    const answer = { output, at, classes, scores: arch.head.rule.scores, gradient };
    const judged = judgePicture(answer, own, detecting);
    loss += judged.loss;
    terms += judged.matched;
    correct += judged.matched > 0 ? judged.right / judged.matched : 1;
  }
  const share = 1 / Math.max(1, terms);
  if (gradient) for (let i = 0; i < gradient.length; i++) gradient[i]! *= share;
  return { loss: loss * share, correct, terms };
}

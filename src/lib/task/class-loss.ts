/** @file Tasks: the losses of a classifier on plain arrays, each with the gradient of the logits. */
import { m } from '$paraglide/messages';
import type { ClassObjective, Truth, Verdict } from './objective';

/** Index of the first largest of `classes` numbers from `at` on, counted from `at`. */
export function largestOf(numbers: Float32Array, at: number, classes: number): number {
  let best = 0;
  for (let j = 1; j < classes; j++) if (numbers[at + j]! > numbers[at + best]!) best = j;
  return best;
}

/** The class of a picture; throws unless it is below `classes`. */
function labelOf({ labels }: Truth, picture: number, classes: number): number {
  const label = labels[picture];
  if (label !== undefined && label < classes) return label;
  throw new Error(m.engine_label_range({ picture, classes, label: label ?? NaN }));
}

/** The truth as numbers [count, classes]: 1 at the label, of which `smoothing` is spread evenly over all classes. */
export function spreadLabels(truth: Truth, classes: number, smoothing: number): Float32Array {
  const out = new Float32Array(truth.count * classes).fill(smoothing / classes);
  for (let row = 0; row < truth.count; row++) out[row * classes + labelOf(truth, row, classes)]! += 1 - smoothing;
  return out;
}

/**
 * Mean softmax cross-entropy of logits [count, classes] and labels, of which `smoothing` is spread evenly over all
 * classes; fills the gradient of the mean when given.
 */
export function softmaxCrossEntropy(
  logits: Float32Array,
  truth: Truth,
  { smoothing, gradient }: { readonly smoothing: number; readonly gradient?: Float32Array | undefined }
): Verdict {
  const { count } = truth;
  const classes = logits.length / count;
  const even = smoothing / classes;
  let loss = 0;
  let correct = 0;
  for (let row = 0; row < count; row++) {
    const at = row * classes;
    const label = labelOf(truth, row, classes);
    const best = largestOf(logits, at, classes);
    const top = logits[at + best]!;
    let sum = 0;
    for (let j = 0; j < classes; j++) sum += Math.exp(logits[at + j]! - top);
    const whole = Math.log(sum) + top;
    let wanted = logits[at + label]!;
    if (smoothing > 0) {
      wanted *= 1 - smoothing;
      for (let j = 0; j < classes; j++) wanted += even * logits[at + j]!;
    }
    loss += whole - wanted;
    if (best === label) correct += 1;
    if (!gradient) continue;
    for (let j = 0; j < classes; j++) {
      const target = (j === label ? 1 - smoothing : 0) + even;
      gradient[at + j] = (Math.exp(logits[at + j]! - top) / sum - target) / count;
    }
  }
  return { loss: loss / count, correct, terms: count };
}

/** Softmax of `classes` numbers from `at` on, divided by the temperature first. */
function softened(logits: Float32Array, at: number, { classes, temperature }: Softening): Float64Array {
  const out = new Float64Array(classes);
  const top = logits[at + largestOf(logits, at, classes)]!;
  let sum = 0;
  for (let j = 0; j < classes; j++) sum += out[j] = Math.exp((logits[at + j]! - top) / temperature);
  for (let j = 0; j < classes; j++) out[j]! /= sum;
  return out;
}

interface Softening {
  readonly classes: number;
  readonly temperature: number;
}

/** Logits of student and teacher, [count, classes] each. */
interface Pair {
  readonly count: number;
  readonly logits: Float32Array;
  readonly teacher: Float32Array;
}

/**
 * Mean Kullback-Leibler divergence of the student from the teacher, both softened, times the temperature squared
 * (Hinton et al. 2015, §2); adds `weight` times its gradient.
 */
function divergence({ count, logits, teacher }: Pair, temperature: number, into: Added): number {
  const classes = logits.length / count;
  let loss = 0;
  for (let row = 0; row < count; row++) {
    const at = row * classes;
    const student = softened(logits, at, { classes, temperature });
    const wanted = softened(teacher, at, { classes, temperature });
    for (let j = 0; j < classes; j++) {
      const p = wanted[j]!;
      if (p > 0) loss += p * (Math.log(p) - Math.log(Math.max(student[j]!, Number.MIN_VALUE)));
      if (into.gradient) into.gradient[at + j]! += (into.weight * temperature * (student[j]! - p)) / count;
    }
  }
  return (loss * temperature * temperature) / count;
}

/** Where a weighted gradient is added. */
interface Added {
  readonly weight: number;
  readonly gradient: Float32Array | undefined;
}

/** Mean squared difference of all logits; adds `weight` times its gradient. */
function squaredGap({ logits, teacher }: Pair, into: Added): number {
  let loss = 0;
  for (let i = 0; i < logits.length; i++) {
    const gap = logits[i]! - teacher[i]!;
    loss += gap * gap;
    if (into.gradient) into.gradient[i]! += (into.weight * 2 * gap) / logits.length;
  }
  return loss / logits.length;
}

/** The teacher's logits of a batch; throws where they are missing or of another size. */
export function teacherOf({ count, teacher }: Truth, size: number): Float32Array {
  if (teacher?.length === size) return teacher;
  throw new Error(m.learning_teacher({ count, classes: size / count, got: teacher?.length ?? 0 }));
}

/** Loss of logits [count, classes] under a class objective; fills the gradient when given. */
export function classLoss(
  logits: Float32Array,
  truth: Truth,
  { objective, gradient }: { readonly objective: ClassObjective; readonly gradient?: Float32Array | undefined }
): Verdict {
  const { smoothing, teacher: teaching } = objective;
  const verdict = softmaxCrossEntropy(logits, truth, { smoothing, gradient });
  if (!teaching) return verdict;
  const own = 1 - teaching.weight;
  if (gradient) for (let i = 0; i < gradient.length; i++) gradient[i]! *= own;
  const pair = { count: truth.count, logits, teacher: teacherOf(truth, logits.length) };
  const into = { weight: teaching.weight, gradient };
  const taught = teaching.kind === 'kl' ? divergence(pair, teaching.temperature, into) : squaredGap(pair, into);
  return { ...verdict, loss: own * verdict.loss + teaching.weight * taught };
}

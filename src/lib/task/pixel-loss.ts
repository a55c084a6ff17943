/** @file Tasks: the losses of a network that answers with a map, on plain arrays, each with the gradient of the map. */
import { m } from '$paraglide/messages';
import { largestOf } from './class-loss';
import type { PixelObjective, Truth, Verdict } from './objective';

/** How a map is read. */
export interface PixelQuestion {
  readonly objective: PixelObjective;
  readonly classes: number;
  /** The map holds probabilities (a sigmoid has been at it), not logits. */
  readonly squashed: boolean;
  readonly gradient?: Float32Array | undefined;
}

/** One pixel's answer: where its numbers begin, its label, and what its gradient is divided by. */
interface Pixel {
  readonly at: number;
  readonly label: number;
  readonly terms: number;
}

/** The loss of a pixel and whether it is right; fills its gradient. */
type Judge = (pixel: Pixel) => { readonly loss: number; readonly right: boolean };

function crossEntropy(map: Float32Array, { classes, gradient }: PixelQuestion): Judge {
  return ({ at, label, terms }) => {
    const best = largestOf(map, at, classes);
    const top = map[at + best]!;
    let sum = 0;
    for (let j = 0; j < classes; j++) sum += Math.exp(map[at + j]! - top);
    if (gradient) {
      for (let j = 0; j < classes; j++) {
        gradient[at + j] = (Math.exp(map[at + j]! - top) / sum - (j === label ? 1 : 0)) / terms;
      }
    }
    return { loss: Math.log(sum) + top - map[at + label]!, right: best === label };
  };
}

/** Binary cross-entropy of each channel; of a logit z and a target y: max(z, 0) - z y + log(1 + e^-|z|). */
function binary(map: Float32Array, { classes, squashed, gradient }: PixelQuestion): Judge {
  return ({ at, label, terms }) => {
    let loss = 0;
    let right = true;
    for (let j = 0; j < classes; j++) {
      const x = map[at + j]!;
      const target = (classes === 1 ? label === 1 : label === j) ? 1 : 0;
      let slope: number;
      if (squashed) {
        // As PyTorch's BCELoss: logarithms no lower than -100, the gradient's denominator no smaller than 1e-12.
        const log = (p: number): number => Math.max(Math.log(p), -100);
        loss -= target === 1 ? log(x) : log(1 - x);
        slope = (x - target) / Math.max(x * (1 - x), 1e-12);
      } else {
        loss += Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)));
        slope = 1 / (1 + Math.exp(-x)) - target;
      }
      if (gradient) gradient[at + j] = slope / (terms * classes);
      if (x > (squashed ? 0.5 : 0) !== (target === 1)) right = false;
    }
    return { loss: loss / classes, right };
  };
}

/**
 * Mean loss of a map [count, pixels, classes] over the pixels that are not ignored (and, for the binary loss, over the
 * channels); a map of one channel knows the labels 0 and 1. Fills the gradient when given, zero where ignored. A
 * picture's right share is that of its pixels that count; one with none is right.
 */
export function pixelLoss(map: Float32Array, truth: Truth, question: PixelQuestion): Verdict {
  const { objective, classes, gradient } = question;
  const { labels, count } = truth;
  const pixels = map.length / (count * classes);
  if (labels.length !== count * pixels) {
    throw new Error(m.learning_pixels({ wanted: count * pixels, got: labels.length }));
  }
  const known = objective.loss === 'binary' ? Math.max(2, classes) : classes;
  const judge = objective.loss === 'binary' ? binary(map, question) : crossEntropy(map, question);
  const terms = labels.reduce((sum, label) => sum + (label === objective.ignore ? 0 : 1), 0);
  gradient?.fill(0);
  let loss = 0;
  let correct = 0;
  for (let picture = 0; picture < count; picture++) {
    let right = 0;
    let counted = 0;
    for (let pixel = picture * pixels; pixel < (picture + 1) * pixels; pixel++) {
      const label = labels[pixel]!;
      if (label === objective.ignore) continue;
      if (label >= known) throw new Error(m.learning_pixel_label({ pixel, classes: known, label }));
      const verdict = judge({ at: pixel * classes, label, terms });
      loss += verdict.loss;
      right += Number(verdict.right);
      counted += 1;
    }
    correct += counted > 0 ? right / counted : 1;
  }
  return { loss: loss / Math.max(1, terms), correct, terms };
}

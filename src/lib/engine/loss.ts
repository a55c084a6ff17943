/** @file Step 4, network: the loss of a classifier, written once for every engine that needs it in plain arrays. */
import { m } from '$paraglide/messages';
import type { StepResult } from './engine';

/** Mean softmax cross-entropy of logits [count, classes] and correct answers; fills the gradient of the mean when given. */
export function softmaxCrossEntropy(logits: Float32Array, labels: Uint8Array, gradient?: Float32Array): StepResult {
  const count = labels.length;
  const classes = logits.length / count;
  let loss = 0;
  let correct = 0;
  for (let row = 0; row < count; row++) {
    const at = row * classes;
    const label = labels[row]!;
    if (label >= classes) throw new Error(m.engine_label_range({ picture: row, classes, label }));
    let best = 0;
    for (let j = 1; j < classes; j++) if (logits[at + j]! > logits[at + best]!) best = j;
    const top = logits[at + best]!;
    let sum = 0;
    for (let j = 0; j < classes; j++) sum += Math.exp(logits[at + j]! - top);
    loss += Math.log(sum) + top - logits[at + label]!;
    if (best === label) correct += 1;
    if (!gradient) continue;
    for (let j = 0; j < classes; j++) {
      gradient[at + j] = (Math.exp(logits[at + j]! - top) / sum - (j === label ? 1 : 0)) / count;
    }
  }
  return { loss: loss / count, correct };
}

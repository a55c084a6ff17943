/** @file Step 4, network: which loss belongs to which head, written once for every engine that needs it in plain arrays. */
import type { Architecture } from '$lib/arch/architecture';
import { unreachable } from '$lib/base/assert';
import { classLoss } from '$lib/task/class-loss';
import type { Objective, Truth, Verdict } from '$lib/task/objective';
import { m } from '$paraglide/messages';

/** The kinds of head that can be trained for each objective. */
const heads: Readonly<Record<Objective['kind'], readonly Architecture['head']['kind'][]>> = {
  classes: ['classifier'],
  pixels: ['lraspp', 'decoder'],
  boxes: ['ssdlite']
};

/** Throws unless the table ends in what the objective's loss reads. */
export function mustServe({ name, head }: Architecture, { kind }: Objective): void {
  if (heads[kind].includes(head.kind)) return;
  if (kind === 'classes') throw new Error(m.engine_train_classifier({ network: name, head: head.kind }));
  throw new Error(m.learning_head({ network: name, kind, heads: heads[kind].join(', '), head: head.kind }));
}

/** The mean loss of the answer [count, h, w, c] to a batch; fills the gradient of the answer when given. */
export function lossOf(output: Float32Array, truth: Truth, { objective, gradient }: Asked): Verdict {
  if (objective.kind === 'classes') return classLoss(output, truth, { objective, gradient });
  if (objective.kind === 'pixels' || objective.kind === 'boxes')
    throw new Error(m.learning_head({ network: '', kind: objective.kind, heads: '', head: '' }));
  return unreachable(objective);
}

/** What is learned, and where the gradient goes. */
export interface Asked {
  readonly arch: Architecture;
  readonly objective: Objective;
  readonly gradient?: Float32Array | undefined;
}

/** @file Step 4, network: which loss belongs to which head, written once for every engine that needs it in plain arrays. */
import type { Architecture } from '$lib/arch/architecture';
import { boxLoss } from '$lib/task/box-loss';
import { detectorOf } from '$lib/task/boxes';
import { classLoss } from '$lib/task/class-loss';
import { isSquashed, learnedBy } from '$lib/task/head-objective';
import type { Objective, Truth, Verdict } from '$lib/task/objective';
import { pixelLoss } from '$lib/task/pixel-loss';
import { m } from '$paraglide/messages';

/** Why a table cannot learn from an objective; null where it can. */
function refusal(arch: Architecture, objective: Objective): string | null {
  const { name: network, head } = arch;
  const { kind } = objective;
  if (learnedBy[head.kind] === kind) {
    const wrong = kind === 'pixels' && objective.loss === 'crossEntropy' && isSquashed(arch);
    return wrong ? m.learning_squashed({ network }) : null;
  }
  if (kind === 'classes') return m.engine_train_classifier({ network, head: head.kind });
  const heads = Object.entries(learnedBy).flatMap(([name, learned]) => (learned === kind ? [name] : []));
  return m.learning_head({ network, kind, heads: heads.join(', '), head: head.kind });
}

/** Throws unless the table ends in what the objective's loss reads. */
export function mustServe(arch: Architecture, objective: Objective): void {
  const reason = refusal(arch, objective);
  if (reason !== null) throw new Error(reason);
}

/** Whose answer is judged, by what, and where its gradient goes. */
export interface Question {
  readonly arch: Architecture;
  readonly objective: Objective;
  readonly gradient?: Float32Array | undefined;
}

/** The mean loss of the answer [count, h, w, c] to a batch; fills the gradient of the answer when given. */
export function lossOf(output: Float32Array, truth: Truth, { arch, objective, gradient }: Question): Verdict {
  mustServe(arch, objective);
  if (objective.kind === 'classes') return classLoss(output, truth, { objective, gradient });
  if (objective.kind === 'pixels') {
    return pixelLoss(output, truth, { objective, classes: arch.classes, squashed: isSquashed(arch), gradient });
  }
  return boxLoss(output, truth, { arch: detectorOf(arch), objective, gradient });
}

/** @file Workers: the trained network that another one learns from. */
import type { Dataset } from '$lib/data/dataset';
import type { Tutor } from '$lib/engine/tutor';
import { m } from '$paraglide/messages';
import type { Platform } from '../platform';
import type { TrainRequest } from './protocol';

/** Builds the teacher of a request on the engine that opens first; null without one. Throws when its table does not fit the pictures. */
export async function openTutor(
  platform: Platform,
  { teacher, batchSize }: TrainRequest,
  dataset: Dataset
): Promise<(Tutor & { dispose(): void }) | null> {
  if (!teacher) return null;
  const { arch, tensors } = teacher.checkpoint;
  const fits = arch.input.join() === dataset.shape.join() && arch.classes === dataset.classes.length;
  if (!fits || arch.head.kind !== 'classifier') {
    const want = `${dataset.shape.join('×')}, ${dataset.classes.length}`;
    throw new Error(m.engine_teacher_fit({ name: arch.name, want, got: `${arch.input.join('×')}, ${arch.classes}` }));
  }
  const { engine } = await platform.openEngine('auto');
  const network = await engine.createNetwork(arch, tensors, batchSize);
  return {
    teaching: teacher.loss,
    logits: (images, count) => network.forward(images, count),
    dispose: () => network.dispose()
  };
}

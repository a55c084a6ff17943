/** @file Data: whether pictures, split, can teach anything: some to train and to check on, and classes to tell apart. */
import { m } from '$paraglide/messages';
import type { Pictures } from './assemble';
import type { SplitIndices } from './split';

/** Why nothing can be learned of pictures split so, in a sentence; null when something can. Classes count where they have pictures. */
export function whyNotTeachable(
  name: string,
  { classes, labels }: Pick<Pictures, 'classes' | 'labels'>,
  { train, validation }: SplitIndices
): string | null {
  const count = labels.length;
  const used = new Set(labels).size;
  if (used < 2) return m.data_set_one_class({ name, count, only: classes[labels[0] ?? 0] ?? '' });
  if (train.length === 0 || validation.length === 0) return m.data_set_few({ name, count, classes: used });
  const taught = new Set(train.map((index) => labels[index] ?? 0));
  const [first = 0] = taught;
  return taught.size < 2
    ? m.data_set_one_taught({ name, count: train.length, only: classes[first] ?? '', classes: used })
    : null;
}

/** @file Data: how many pictures of each class a dataset's splits hold. */
import type { ClassSet, SplitName } from './dataset';

/** How many pictures of a class each split got. */
export interface ClassCount extends Readonly<Record<SplitName, number>> {
  readonly name: string;
}

/** Counts the pictures of every class, in the order of the classes. */
export function countClasses({ classes, splits }: Pick<ClassSet, 'classes' | 'splits'>): ClassCount[] {
  const of = (split: SplitName): number[] => {
    const counts = classes.map(() => 0);
    for (const label of splits[split].labels) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  };
  const [train, validation, test] = [of('train'), of('validation'), of('test')];
  return classes.map((name, i) => ({
    name,
    train: train[i] ?? 0,
    validation: validation[i] ?? 0,
    test: test[i] ?? 0
  }));
}

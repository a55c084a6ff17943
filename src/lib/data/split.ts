/** @file Data: parts a labelled set into train, validation and test, seeded, every class in its share. */
import { shuffle, type Rng } from '$lib/base/rng';
import type { SplitName } from './dataset';

/** Shares of validation and test in 0..1; train gets the rest. */
export interface SplitShares {
  readonly validation: number;
  readonly test: number;
}

/** Picture indices of each split, in shuffled order. */
export type SplitIndices = Readonly<Record<SplitName, readonly number[]>>;

/**
 * Stratified seeded split of picture indices: each class gives round(share x size) pictures to validation and to test
 * (at least one each where the class has three or more), the rest to train. Throws when the shares leave no train.
 */
export function splitIndices(labels: ArrayLike<number>, shares: SplitShares, rng: Rng): SplitIndices {
  const { validation, test } = shares;
  if (!(validation >= 0 && test >= 0 && validation + test < 1))
    throw new Error(
      `split: validation and test shares must be >= 0 and leave some train, got ${validation} and ${test}`
    );
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    const members = byClass.get(label);
    if (members) members.push(i);
    else byClass.set(label, [i]);
  }
  const parts: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (const label of [...byClass.keys()].sort((a, b) => a - b)) {
    const members = shuffle(byClass.get(label) ?? [], rng.fork(label));
    const want = (share: number): number => {
      if (share === 0 || members.length < 3) return 0;
      return Math.max(1, Math.round(share * members.length));
    };
    const take = Math.max(0, Math.min(want(validation), members.length - 1));
    const takeTest = Math.max(0, Math.min(want(test), members.length - 1 - take));
    parts.validation.push(...members.slice(0, take));
    parts.test.push(...members.slice(take, take + takeTest));
    parts.train.push(...members.slice(take + takeTest));
  }
  for (const name of ['train', 'validation', 'test'] as const) shuffle(parts[name], rng.fork(name));
  return parts;
}

/**
 * Splits a set some of whose pictures name their split: what names validation or test stays there; of the rest a sixth
 * goes to validation and a sixth to test where none was named, stratified by seed, and all else to train.
 */
export function splitGiven(labels: ArrayLike<number>, given: readonly (SplitName | null)[], rng: Rng): SplitIndices {
  const of = (name: SplitName): number[] => given.flatMap((split, i) => (split === name ? [i] : []));
  const [validation, test] = [of('validation'), of('test')];
  const loose = given.flatMap((split, i) => (split === null || split === 'train' ? [i] : []));
  const shares = { validation: validation.length > 0 ? 0 : 1 / 6, test: test.length > 0 ? 0 : 1 / 6 };
  const parts = splitIndices(
    loose.map((i) => labels[i] ?? 0),
    shares,
    rng
  );
  const back = (indices: readonly number[]): number[] => indices.map((i) => loose[i] ?? 0);
  return {
    train: back(parts.train),
    validation: validation.length > 0 ? validation : back(parts.validation),
    test: test.length > 0 ? test : back(parts.test)
  };
}

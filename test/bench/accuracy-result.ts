/** @file Benchmarks: the kept comparison of trainings here and in PyTorch, by network and seed: test/bench/results/accuracy.json. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../src/lib/engine/recipe';
import { keepResult, type Machine } from './machine';

/** One epoch; losses and shares of right answers. */
export interface Epoch {
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

/** A training from its first step to its last; `losses` are those of its first steps. */
export interface Course {
  readonly losses: readonly number[];
  readonly epochs: readonly Epoch[];
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** The same training twice; null where torch is absent or was left out. */
export interface Pair {
  readonly seed: number;
  readonly ours: Course;
  readonly theirs: Course | null;
}

/** All seeds of a network under one recipe. */
export interface Comparison {
  readonly network: string;
  readonly params: number;
  readonly madds: number;
  readonly engine: string;
  readonly machine: Machine;
  readonly recipe: Recipe;
  readonly pairs: readonly Pair[];
}

const path = join(process.cwd(), 'test/bench/results/accuracy.json');

/** What was kept, by the short name of the network. */
export function readComparisons(): Readonly<Record<string, Comparison>> {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Comparison>) : {};
}

/** Keeps one more seed; those of another recipe or build of the core are forgotten. */
export function keepPair(name: string, of: Omit<Comparison, 'pairs'>, pair: Pair): Comparison {
  const kept = readComparisons();
  const before = kept[name];
  const told = ({ recipe, engine, network }: Omit<Comparison, 'pairs'>): string =>
    JSON.stringify([{ ...recipe, seed: 0 }, engine, network]);
  const others = before && told(before) === told(of) ? before.pairs.filter(({ seed }) => seed !== pair.seed) : [];
  const now = { ...of, pairs: [...others, pair].toSorted((a, b) => a.seed - b.seed) };
  keepResult('accuracy', { ...kept, [name]: now });
  return now;
}

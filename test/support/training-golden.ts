/** @file Test support: losses, optimiser steps and rates as PyTorch works them out (training-golden.py). */
import { readFileSync } from 'node:fs';
import type { LabelledBox } from '../../src/lib/data/dataset';
import type { ClassObjective, PixelObjective } from '../../src/lib/task/objective';
import type { Optimizer } from '../../src/lib/task/optimize';
import type { Tensors } from '../../src/lib/weights/checkpoint';

interface Told {
  readonly loss: number;
  readonly gradient: readonly number[];
}

interface Golden {
  readonly classes: {
    readonly logits: readonly number[];
    readonly teacher: readonly number[];
    readonly labels: readonly number[];
    readonly cases: readonly (Told & { readonly objective: ClassObjective })[];
  };
  readonly pixels: readonly (Told & {
    readonly classes: number;
    readonly squashed: boolean;
    readonly objective: PixelObjective;
    readonly map: readonly number[];
    readonly labels: readonly number[];
  })[];
  readonly boxes: Told & {
    readonly classes: number;
    readonly answer: readonly number[];
    readonly boxes: readonly (readonly LabelledBox[])[];
    readonly matches: readonly (readonly number[])[];
  };
  readonly steps: {
    readonly images: readonly number[];
    readonly labels: readonly number[];
    readonly rates: readonly number[];
    readonly start: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
    readonly cases: readonly {
      readonly optimizer: Optimizer;
      readonly weightDecay: number;
      readonly clipNorm: number | null;
      readonly averaging: number | null;
      readonly losses: readonly number[];
      readonly after: Readonly<Record<string, readonly number[]>>;
      readonly averaged: Readonly<Record<string, readonly number[]>>;
    }[];
  };
  readonly oneCycle: { readonly learningRate: number; readonly rates: readonly number[] };
}

/** What PyTorch found. */
export const golden = JSON.parse(readFileSync(new URL('./training-golden.json', import.meta.url), 'utf8')) as Golden;

/** The tensors with which PyTorch's five steps began. */
export const startOfSteps = (): Tensors =>
  Object.fromEntries(
    Object.entries(golden.steps.start).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data) }
    ])
  );

/** Largest absolute difference of two lists of numbers; NaN anywhere, or another length, gives Infinity. */
export function gapOf(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  if (expected.length !== got.length) return Infinity;
  let gap = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(expected[i]! - got[i]!);
    gap = difference <= gap ? gap : Number.isNaN(difference) ? Infinity : difference;
  }
  return gap;
}

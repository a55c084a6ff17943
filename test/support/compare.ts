/** @file Test support: differences between arrays of numbers from two engines. */
import type { Batch, Network } from '../../src/lib/engine/engine';
import { plainClasses } from '../../src/lib/task/objective';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { nesterov } from './updates';

/** Largest absolute difference over the largest absolute value of the first; NaN anywhere gives Infinity. */
export function relativeGap(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  if (expected.length !== got.length) return Infinity;
  let gap = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((expected[i] ?? NaN) - (got[i] ?? NaN));
    if (Number.isNaN(difference)) return Infinity;
    gap = Math.max(gap, difference);
    largest = Math.max(largest, Math.abs(expected[i] ?? NaN));
  }
  return largest === 0 ? gap : gap / largest;
}

/** Far above any sensible rate: (w - w') / rate then loses no digits of the gradient to those of the weight. */
const PROBE_RATE = 64;

/** Loss and gradients of one plain SGD step, for engines that do not show theirs; the network is spent afterwards. */
export async function probe(
  network: Network,
  batch: Batch
): Promise<{ readonly loss: number; readonly gradients: Record<string, Float32Array> }> {
  const before = await network.read();
  const { loss } = await network.trainStep(batch, plainClasses, nesterov({ learningRate: PROBE_RATE }));
  const after = await network.read();
  const trained = Object.entries(before).filter(([name]) => !/\.(mean|variance)$/.test(name));
  const gradients = Object.fromEntries(
    trained.map(([name, { data }]) => [
      name,
      data.map((value, i) => (value - (after[name]?.data[i] ?? NaN)) / PROBE_RATE)
    ])
  );
  return { loss, gradients };
}

/** Gradients read off one plain SGD step; the network is spent afterwards. */
export async function gradientsOfStep(network: Network, batch: Batch): Promise<Record<string, Float32Array>> {
  return (await probe(network, batch)).gradients;
}

/**
 * Names of the tensors whose values differ by more than `limit` of the tensor's largest, with the gap. Differences below
 * `noise` are none: the beta of a linear projection feeds another batch norm, its true gradient is zero.
 */
export function differing(
  expected: Readonly<Record<string, ArrayLike<number>>>,
  got: Readonly<Record<string, ArrayLike<number>>>,
  { limit, noise }: { readonly limit: number; readonly noise: number }
): string[] {
  return Object.entries(expected).flatMap(([name, values]) => {
    const gap = relativeGap(values, got[name] ?? []);
    const largest = Array.from(values).reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    return gap <= limit || gap * largest <= noise ? [] : [`${name}: ${gap.toExponential(1)}`];
  });
}

/** The data of every tensor by name. */
export function dataOf(tensors: Tensors): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
}

/** @file Test support: a network that answers as before in floats, but whose channels are so unequal that one grid for all of them is too coarse. */
import type { Architecture } from '../../src/lib/arch/architecture';
import { rngOf } from '../../src/lib/base/rng';
import { lower } from '../../src/lib/ops/lower';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';

/** A tensor with every number times the factor of its channel: the last axis, or the one before. */
function times({ shape, data }: Tensor, factors: Float64Array, axis: 'last' | 'before'): Tensor {
  const inner = axis === 'last' ? 1 : (shape.at(-1) ?? 1);
  return { shape, data: data.map((value, i) => value * (factors[Math.floor(i / inner) % factors.length] ?? 1)) };
}

/**
 * Multiplies each channel after an expand convolution with ReLU by a power of two, up to 2^`most`, and divides the depthwise
 * filter that reads it: ReLU passes positive factors on, powers of two lose no bit.
 */
export function lopsided(arch: Architecture, tensors: Tensors, most: number): Tensors {
  const changed: Record<string, Tensor> = { ...tensors };
  const ops = lower(arch);
  for (const op of ops) {
    const reader = ops.find(({ inputs }) => inputs.includes(op.id));
    if (op.kind !== 'conv' || op.nl !== 'relu' || !op.norm || reader?.kind !== 'depthwise') continue;
    const rng = rngOf(1).fork(op.id);
    const factors = Float64Array.from({ length: op.out[2] }, () => 2 ** Math.round(most * rng.next() ** 2));
    for (const role of ['gamma', 'beta']) {
      const name = `${op.id}.${role}`;
      changed[name] = times(tensors[name]!, factors, 'last');
    }
    const name = `${reader.id}.weight`;
    changed[name] = times(
      tensors[name]!,
      factors.map((factor) => 1 / factor),
      'before'
    );
  }
  return changed;
}

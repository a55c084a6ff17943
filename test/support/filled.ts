/** @file Test support: numbers for every tensor of a table, each different. */
import type { Architecture } from '../../src/lib/arch/architecture';
import { mix32 } from '../../src/lib/base/rng';
import { lower } from '../../src/lib/ops/lower';
import { tensorsOf } from '../../src/lib/ops/tensors';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';

/** Numbers for every tensor of the table, each different. */
export function filled(arch: Architecture): Tensors {
  const tensors: Record<string, Tensor> = {};
  let seed = 1;
  for (const { name, shape } of lower(arch).flatMap(tensorsOf)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = mix32(seed + i) / 2 ** 31 - 1;
    seed += size;
    tensors[name] = { shape, data };
  }
  return tensors;
}

/** The table as files have it: its norms folded into biases. */
export const folded = (arch: Architecture): Architecture => ({ ...arch, norm: null, convBias: true });

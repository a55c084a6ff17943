/** @file Test support: a small .tflite file, and broken ones like it, each imported and judged. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '../../src/lib/arch/scale';
import { mix32 } from '../../src/lib/base/rng';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { lower } from '../../src/lib/ops/lower';
import { tensorsOf } from '../../src/lib/ops/tensors';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';
import { checkTensors } from '../../src/lib/weights/safetensors';
import { asInt8, writeTflite } from './tflite-writer';

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

/** The first rows of a narrow V3-Small, and its file of 8-bit weights. */
export function smallFile(): { readonly arch: Architecture; readonly file: Uint8Array } {
  const narrow = scaleWidth(mobileNetV3Small, 0.25);
  const arch = folded({ ...narrow, input: [32, 32, 3], classes: 4, rows: narrow.rows.slice(0, 2) });
  return { arch, file: writeTflite(arch, filled(arch), { store: asInt8, fuse: true, softmax: true }) };
}

const mutantsOf = (file: Uint8Array): fc.Arbitrary<Uint8Array> => {
  /** Some bytes changed to anything, to the ends of their range or by a little; sometimes the end cut off. */
  const change = fc.record({
    at: fc.nat(file.length - 4),
    how: fc.oneof(fc.integer({ min: -8, max: 8 }), fc.constantFrom(0x7fffffff, -0x80000000, 0x40000000), fc.integer()),
    wide: fc.boolean()
  });
  return fc
    .tuple(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(file.length), { freq: 8, nil: undefined })
    )
    .map(([changes, end]) => {
      const copy = file.slice();
      const view = new DataView(copy.buffer);
      for (const { at, how, wide } of changes) {
        if (wide) view.setInt32(at & ~3, (view.getInt32(at & ~3, true) + how) | 0, true);
        else copy[at] = how;
      }
      return end === undefined ? copy : copy.slice(0, end);
    });
};

/** Imports mutants of a file: each is read whole or refused with a reason, none waits. */
export function tryMutants(file: Uint8Array, options: { readonly numRuns: number; readonly seed?: number }): void {
  const kinds = { ok: 0, bad: 0 };
  let slowest = 0;
  fc.assert(
    fc.property(mutantsOf(file), (bytes) => {
      const start = performance.now();
      const imported = importTflite(bytes, 'mutated');
      slowest = Math.max(slowest, performance.now() - start);
      kinds[imported.kind] += 1;
      if (imported.kind === 'bad') expect(imported.issues.length).toBeGreaterThan(0);
      else expect(checkTensors(imported.arch, imported.tensors)).toEqual([]);
    }),
    options
  );
  console.info(`${file.length} bytes; ${kinds.ok} read, ${kinds.bad} refused; slowest ${slowest.toFixed(0)} ms`);
  expect(kinds.bad).toBeGreaterThan(options.numRuns / 25);
  expect(slowest).toBeLessThan(2000);
}

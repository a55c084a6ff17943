/** @file Test support: small .onnx files, and broken ones like them, each imported and judged. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ClassifierHead } from '../../src/lib/arch/architecture';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '../../src/lib/arch/scale';
import { deploy } from '../../src/lib/export/deploy';
import { toOnnx } from '../../src/lib/export/onnx/onnx';
import { checkTensors } from '../../src/lib/weights/safetensors';
import { between, floats, given, node, small, whole } from './onnx-small';
import { readNetwork, timedImport } from './onnx-read';
import { filled, folded } from './tflite-mutants';

/** The first rows of a narrow V3-Small as we write it. */
export function ownFile(): Uint8Array {
  const narrow = scaleWidth(mobileNetV3Small, 0.25);
  const layer = { out: 8, nl: 'hardSwish' } as const;
  const head: ClassifierHead = { kind: 'classifier', conv: layer, hidden: layer, dropout: 0, logitsBias: true };
  const arch = folded({ ...narrow, input: [32, 32, 3], classes: 4, rows: narrow.rows.slice(0, 2), head });
  const graph = deploy(arch, filled(arch), { foldNorms: true });
  return toOnnx(graph, { opset: 13, batch: 'N', weights: 'float32' });
}

/** Sizes worked out of shapes, stored 8-bit numbers, slices, norms: what a file can ask the reader to compute. */
export function busyFile(): Uint8Array {
  return between({
    nodes: [
      node('Constant() one', { value: { tensor: given('', [1]) } }),
      node('DequantizeLinear(q, s, z) k', { axis: { int: 0 } }),
      node('Transpose(turned, -) w4', { perm: { ints: [1, 0, 2, 3] } }),
      node('Conv(m, w4) last'),
      node('Mul(last, k) scaled'),
      node('BatchNormalization(scaled, g, o, o, g) normed', { epsilon: { float: 1e-3 } }),
      node('Mul(normed, one) same'),
      node('Clip(same, low, high) n'),
      node('Shape(n) shape'),
      node('Slice(shape, from, to) two'),
      node('Concat(two, minus) wanted', { axis: { int: 0 } }),
      node('GlobalAveragePool(n) pooled'),
      node('Cast(pooled) cast', { to: { int: 1 } }),
      node('Reshape(cast, wanted) flat'),
      node('Unsqueeze(flat, behind) p')
    ],
    tensors: [
      small('q', 'int8', { dims: [6, 1, 1], values: [3, -5, 7, 9, 11, 13] }),
      given('s', [0.1, 0.2, 0.1, 0.3, 0.1, 0.2]),
      small('z', 'int8', { dims: [6], values: [0, 1, 0, 2, 0, 0] }),
      given('g', [1, 0.5, 2, 1, 0.7, 1]),
      given('o', [0, 0.1, 0, 0.2, 0, 0]),
      whole('from', [0]),
      whole('to', [1]),
      whole('minus', [-1]),
      whole('behind', [2]),
      given('low', [0], []),
      given('high', [6], []),
      floats('turned', [6, 6, 1, 1], 2.3)
    ]
  });
}

/** Bytes changed to anything or by a little, pieces cut out, doubled or moved; sometimes the end cut off. */
const mutantsOf = (file: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const place = fc.nat(file.length - 1);
  const change = fc.record({
    at: place,
    how: fc.oneof(fc.integer({ min: -8, max: 8 }), fc.constantFrom(0x7f, 0x80, 0xff, 0), fc.nat(255)),
    added: fc.boolean()
  });
  const piece = fc.record({ from: place, length: fc.nat(64), to: place, doubled: fc.boolean() });
  const rarely = <T>(rare: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
    fc.oneof({ arbitrary: fc.constant(null), weight: 6 }, { arbitrary: rare, weight: 1 });
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  return fc.tuple(changes, rarely(piece), rarely(place)).map(([all, moved, cut]) => {
    const copy = file.slice();
    for (const { at, how, added } of all) copy[at] = added ? (copy[at] ?? 0) + how : how;
    const end = cut ?? Infinity;
    if (!moved) return copy.slice(0, end);
    const { from, length, to, doubled } = moved;
    const kept = doubled ? copy : [...copy.slice(0, from), ...copy.slice(from + length)];
    return Uint8Array.from([...kept.slice(0, to), ...copy.slice(from, from + length), ...kept.slice(to)]).slice(0, end);
  });
};

/** Imports mutants of a file: each is read whole or refused with a reason within 200 ms. */
export function tryMutants(file: Uint8Array, options: { readonly numRuns: number; readonly seed?: number }): void {
  const kinds = { ok: 0, bad: 0 };
  let slowest = 0;
  expect(readNetwork(file).kind).toBe('ok');
  fc.assert(
    fc.property(mutantsOf(file), (bytes) => {
      const { imported, ms } = timedImport(bytes);
      slowest = Math.max(slowest, ms);
      kinds[imported.kind] += 1;
      if (imported.kind === 'bad') expect(imported.issues.length).toBeGreaterThan(0);
      else expect(checkTensors(imported.arch, imported.tensors)).toEqual([]);
    }),
    options
  );
  console.info(`${file.length} bytes; ${kinds.ok} read, ${kinds.bad} refused; slowest ${slowest.toFixed(0)} ms`);
  expect(kinds.bad).toBeGreaterThan(options.numRuns / 25);
  expect(slowest).toBeLessThan(200);
}

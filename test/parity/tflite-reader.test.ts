/** @file Tests of the .tflite reader: every table comes back from its file, constants of every type, no file crashes it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { mobileNetV1 } from '../../src/lib/arch/presets/mobilenet-v1';
import { mobileNetV2 } from '../../src/lib/arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '../../src/lib/arch/scale';
import { costOf } from '../../src/lib/cost/cost';
import { lower } from '../../src/lib/ops/lower';
import { checkTensors } from '../../src/lib/weights/safetensors';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { randomTables } from '../support/random-tables';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { filled, folded } from '../support/filled';
import { asFloat16, asFloat32, asInt8, asUint8, type Store, type Stored } from '../support/tflite-stored';
import { writeTflite } from '../support/tflite-writer';

/** Names of the tensors that differ in shape or in any bit. */
const different = (a: Tensors, b: Tensors): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => {
    const [x, y] = [a[name], b[name]];
    return (
      !x ||
      !y ||
      x.shape.join() !== y.shape.join() ||
      Buffer.compare(Buffer.from(x.data.buffer), Buffer.from(y.data.buffer))
    );
  });

/** What stays the same when a table is told in other rows: operations, multiply-adds, shapes. */
const outline = (arch: Architecture): readonly string[] =>
  lower(arch)
    .map((op) => `${op.kind === 'dense' ? 'conv' : op.kind} ${op.in.join('x')} ${op.out.join('x')} ${costOf(op).madds}`)
    .toSorted();

describe('a table written as a file comes back', () => {
  test.each([mobileNetV1, mobileNetV2, mobileNetV3Small, mobileNetV3Large])('$name', (preset) => {
    const arch = folded({ ...scaleWidth(preset, 0.25), input: [64, 64, 3] });
    const tensors = filled(arch);
    const imported = importTflite(writeTflite(arch, tensors, { fuse: true, softmax: true }), arch.name);
    if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
    const { head, ...rest } = imported.arch;
    const { head: wanted, ...others } = arch;
    expect(rest).toEqual(others);
    expect({ ...head, dropout: 0 }).toEqual({ ...wanted, dropout: 0 });
    expect(different(imported.tensors, tensors)).toEqual([]);
    expect(imported.notes).toHaveLength(1);
  });

  test('any table with a classifier, a decoder or features, in any spelling of its activations', () => {
    let seen = 0;
    fc.assert(
      fc.property(randomTables({ width: 12, input: 32, rows: 5 }), fc.boolean(), (table, fuse) => {
        const kinds = ['classifier', 'decoder', 'features'];
        if (!kinds.includes(table.head.kind) || JSON.stringify(table).includes('shiftedSwish')) return;
        seen += 1;
        const arch = folded(table);
        const imported = importTflite(writeTflite(arch, filled(arch), { fuse }), 'random');
        if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
        expect(checkTensors(imported.arch, imported.tensors)).toEqual([]);
        expect(outline(imported.arch)).toEqual(outline(arch));
      }),
      { numRuns: 400, seed: 20240501 }
    );
    expect(seen).toBeGreaterThan(40);
  }, 60_000);
});

describe('Keras’ own networks, as TensorFlow’s converter writes them, come back', () => {
  const papers = [mobileNetV1, mobileNetV2, mobileNetV3Small, mobileNetV3Large];
  test.each(papers.flatMap((preset) => [64, 96].map((side) => ({ name: preset.name, preset, side }))))(
    '$name at $side',
    ({ preset, side }) => {
      const arch = folded({ ...scaleWidth(preset, 0.25), input: [side, side, 3] });
      const tensors = filled(arch);
      for (const store of [asFloat32, asFloat16]) {
        const file = writeTflite(arch, tensors, { keras: true, fuse: true, softmax: true, store });
        const imported = importTflite(file, arch.name);
        if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
        const { head } = imported.arch;
        expect({ ...imported.arch, head: { ...head, dropout: 0 } }).toEqual({
          ...arch,
          head: { ...arch.head, dropout: 0 }
        });
        if (store === asFloat32) expect(different(imported.tensors, tensors)).toEqual([]);
        expect(imported.notes.join()).toContain('x · 0.007843 - 1 for each value x');
        expect(imported.notes.join()).toContain('softmax');
      }
    }
  );
});

describe('constants of every type', () => {
  const arch = folded({ ...scaleWidth(mobileNetV3Small, 0.25), input: [32, 32, 3] });
  const tensors = filled(arch);
  const read = (store: Store): Tensors => {
    const imported = importTflite(writeTflite(arch, tensors, { store, fuse: true }), 'stored');
    if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
    return imported.tensors;
  };
  /** Largest difference of any weight. */
  const gap = (got: Tensors): number =>
    Math.max(
      ...Object.keys(tensors).map((name) => {
        const [want, have] = [tensors[name]!.data, got[name]!.data];
        return want.reduce((most, value, i) => Math.max(most, Math.abs(value - have[i]!)), 0);
      })
    );

  test('float32 to the bit', () => {
    expect(different(read(asFloat32), tensors)).toEqual([]);
  });

  test('float16 to its eleven digits', () => {
    const got = gap(read(asFloat16));
    expect(got).toBeLessThanOrEqual(2 ** -12);
    expect(got).toBeGreaterThan(0);
  });

  test('int8, one scale per output channel, to half a step', () => {
    const got = gap(read(asInt8));
    expect(got).toBeLessThanOrEqual(0.5 / 127 + 1e-6);
    expect(got).toBeGreaterThan(0.3 / 127);
  });

  test('uint8 with a zero point, to half a step', () => {
    const got = gap(read(asUint8));
    expect(got).toBeLessThanOrEqual(0.5 * (2 / 255) + 1e-6);
    expect(got).toBeGreaterThan(0.3 * (2 / 255));
  });
});

describe('a picture of 8 bits', () => {
  const arch = folded({ ...scaleWidth(mobileNetV3Small, 0.25), input: [32, 32, 3] });
  // TensorFlow's own classifiers: uint8 and int8 of -1 to 1.
  test.each([
    ['uint8', 3, 1 / 127.5, 128, [-128 / 127.5, 127 / 127.5], 'x · 0.007843 - 1.004'],
    ['int8', 9, 1 / 127.5, -1, [-127 / 127.5, 128 / 127.5], 'x · 0.007843 + 0.007843']
  ] as const)('of %s says which real values stand behind it', (name, type, scale, zero, [first, last], formula) => {
    const picture: Stored = {
      type,
      bytes: new Uint8Array(0),
      quantization: { scale: [scale], zero: [zero], axis: 0 }
    };
    const imported = importTflite(writeTflite(arch, filled(arch), { fuse: true, picture }), 'eight');
    if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
    const { offset = NaN, scale: step = NaN } = imported.pixels ?? {};
    expect(offset).toBeCloseTo(first, 6);
    expect(255 * step + offset).toBeCloseTo(last, 6);
    expect(imported.notes.join()).toContain(`pictures of ${name}`);
    expect(imported.notes.join()).toContain(formula);
  });

  test('of floats says nothing', () => {
    const imported = importTflite(writeTflite(arch, filled(arch), { fuse: true }), 'float');
    expect(imported.kind === 'ok' && [imported.pixels, imported.notes]).toEqual([undefined, []]);
  });
});

describe('a damaged file is an issue, never a crash', () => {
  const narrow = scaleWidth(mobileNetV3Small, 0.25);
  const arch = folded({ ...narrow, input: [32, 32, 3], classes: 4, rows: narrow.rows.slice(0, 2) });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['no .tflite file', new TextEncoder().encode('{"format": "graph-model"}')],
    ['a root beyond the end', Uint8Array.of(255, 255, 255, 127, 84, 70, 76, 51)]
  ])('%s', (_, bytes) => {
    const imported = importTflite(bytes, 'file.tflite');
    expect(imported).toMatchObject({ kind: 'bad', issues: [{ path: 'file.tflite' }] });
  });

  test('names the operator that no table knows', () => {
    const foreign = writeTflite(arch, filled(arch), { renumber: { 4: 60 } });
    const imported = importTflite(foreign, 'file.tflite');
    expect(imported).toMatchObject({ kind: 'bad', issues: [{ path: 'row01.depthwise/linear' }] });
  });
});

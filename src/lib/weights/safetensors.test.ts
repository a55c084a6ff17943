import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { bneck, classifier } from '$lib/arch/presets/rows';
import type { Architecture } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import type { Checkpoint, Tensor } from './checkpoint';
import { readCheckpoint, toSafetensors } from './safetensors';
import { readSafetensors, writeSafetensors } from './safetensors-format';

const stem = { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 } as const;
const tiny: Architecture = {
  format: 1,
  name: 'tiny – Netz',
  input: [8, 8, 1],
  classes: 3,
  padding: 'same',
  norm: { epsilon: 0.001, momentum: 0.9 },
  convBias: false,
  scaling: 'v3',
  stem,
  rows: [bneck(3, 16, 8, true, 'RE', 1)],
  head: classifier(null, null)
};

function checkpointOf(arch: Architecture): Checkpoint {
  const rng = rngOf(5);
  const tensors = lower(arch)
    .flatMap(tensorsOf)
    .map(({ name, shape }): [string, Tensor] => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.next() - 0.5);
      return [name, { shape, data }];
    });
  const from = {
    dataset: 'Fashion “x” 🙂',
    datasetSha256: 'ab',
    epochs: 2,
    seed: 7,
    engine: 'simd 1',
    validationAccuracy: 0.5
  };
  return { format: 1, arch, tensors: Object.fromEntries(tensors), from };
}

/** A file of a header given as text and zeros as data. */
function fileOf(header: string | Uint8Array, dataBytes: number): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe('readCheckpoint', () => {
  test('gives back exactly what toSafetensors wrote', () => {
    const checkpoint = checkpointOf(tiny);
    expect(readCheckpoint(toSafetensors(checkpoint))).toEqual({ kind: 'ok', checkpoint });
  });

  test('keeps what a network with masks or boxes was judged by, and knows no other figure', () => {
    const { from, ...rest } = checkpointOf(tiny);
    const judged = { ...rest, from: { ...from, metric: 'mIoU' } } as const;
    expect(readCheckpoint(toSafetensors(judged))).toEqual({ kind: 'ok', checkpoint: judged });
    const bytes = toSafetensors(judged);
    bytes.set(new TextEncoder().encode('mIoV'), Buffer.from(bytes).indexOf('mIoU'));
    expect(readCheckpoint(bytes)).toMatchObject({ kind: 'bad', issues: [{ path: '__metadata__.metric' }] });
  });

  test('gives back what the weights were checked with, and refuses a gap that is no number', () => {
    const plain = checkpointOf(tiny);
    const from = { ...plain.from, checked: { against: 'tfjs 4.22.0 wasm', worst: 2.4e-7 } };
    expect(readCheckpoint(toSafetensors({ ...plain, from }))).toEqual({ kind: 'ok', checkpoint: { ...plain, from } });
    const broken = { ...from, checked: { against: 'tfjs 4.22.0 wasm', worst: NaN } };
    expect(readCheckpoint(toSafetensors({ ...plain, from: broken }))).toMatchObject({
      kind: 'bad',
      issues: [{ path: '__metadata__.checkedWorst' }]
    });
  });

  test('gives back every number of MobileNetV3-Small', () => {
    const { tensors } = checkpointOf(mobileNetV3Small);
    const read = readCheckpoint(toSafetensors({ ...checkpointOf(mobileNetV3Small), tensors }));
    if (read.kind === 'bad') throw new Error(JSON.stringify(read.issues));
    expect(Object.keys(read.checkpoint.tensors)).toEqual(Object.keys(tensors));
    const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const same = ([name, tensor]: [string, Tensor]) =>
      bytes(tensor).equals(bytes(read.checkpoint.tensors[name] ?? { shape: [], data: new Float32Array(0) }));
    expect(Object.entries(tensors).filter((entry) => !same(entry))).toEqual([]);
  });

  test('keeps an unknown accuracy unknown', () => {
    const checkpoint = checkpointOf(tiny);
    const unknown = { ...checkpoint, from: { ...checkpoint.from, validationAccuracy: null } };
    const read = readCheckpoint(toSafetensors(unknown));
    expect(read.kind === 'ok' && read.checkpoint.from.validationAccuracy).toBe(null);
  });

  test('opens from bytes that start anywhere in their buffer', () => {
    const bytes = toSafetensors(checkpointOf(tiny));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readCheckpoint(shifted.subarray(3)).kind).toBe('ok');
  });

  test('lists every tensor that is missing, extra, of another shape or not finite', () => {
    const checkpoint = checkpointOf(tiny);
    const { 'stem.gamma': _, ...rest } = checkpoint.tensors;
    const tensors = {
      ...rest,
      'stem.beta': { shape: [4], data: new Float32Array(4) },
      'stem.mean': { shape: [8], data: new Float32Array(8).fill(NaN) },
      'row09.weight': { shape: [1], data: new Float32Array(1) }
    };
    const read = readCheckpoint(toSafetensors({ ...checkpoint, tensors }));
    expect(read.kind === 'bad' && read.issues).toEqual([
      { path: 'stem.gamma', message: 'tensor is missing, must be [8]' },
      { path: 'stem.beta', message: 'shape must be [8], got [4]' },
      { path: 'stem.mean', message: 'numbers must be finite' },
      { path: 'row09.weight', message: 'tensor belongs to no op of the table' }
    ]);
  });

  test('names the wrong field of a wrong table', () => {
    const checkpoint = checkpointOf(tiny);
    const arch = { ...tiny, stem: { ...stem, out: -3 } };
    const read = readCheckpoint(toSafetensors({ ...checkpoint, arch }));
    expect(read.kind === 'bad' && read.issues[0]?.path).toBe('architecture.stem.out');
  });

  test('refuses safetensors of another maker', () => {
    const read = readCheckpoint(writeSafetensors({}, {}));
    expect(read.kind === 'bad' && read.issues[0]?.message).toBe('must be a bneck checkpoint of format 1, got none');
  });

  test('never throws on 3,000 mutated files', () => {
    const good = toSafetensors(checkpointOf(tiny));
    const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
    const headerFlips = fc.array(fc.tuple(fc.nat(1500), fc.nat(255)), { minLength: 1, maxLength: 4 });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(flips, headerFlips), fc.option(fc.nat(good.length)), (changes, cut) => {
        const bytes = good.slice(0, cut ?? good.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const read = readCheckpoint(bytes);
        if (read.kind === 'bad') {
          refused++;
          expect(read.issues.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000 }
    );
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('readSafetensors', () => {
  const f32 = (begin: number, end: number, shape = '[1]') =>
    `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;

  test.each<[string, string | Uint8Array, number, RegExp]>([
    ['no JSON', 'x', 0, /must be JSON/],
    ['a list', '[]', 0, /must be a JSON object, got \[\]/],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 0, /UTF-8/],
    ['an overlong slash', new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d]), 0, /UTF-8/],
    ['the same tensor twice', `{"a":${f32(0, 4)},"\\u0061":${f32(0, 4)}}`, 4, /got "a" twice/],
    ['a field twice', '{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4, /got "dtype" twice/],
    ['a prototype key', `{"__proto__":${f32(0, 4)}}`, 4, /not allowed/],
    ['an unknown dtype', '{"a":{"dtype":"C64","shape":[],"data_offsets":[0,8]}}', 8, /must be F64.* got "C64"/],
    ['a negative side', `{"a":${f32(0, 4, '[-1]')}}`, 4, /whole numbers from 0/],
    ['a huge shape', `{"a":${f32(0, 4, '[9007199254740991,9007199254740991]')}}`, 4, /must span/],
    ['offsets beyond the file', `{"a":${f32(0, 8, '[2]')}}`, 4, /span all 4 bytes of data, got 8/],
    ['overlapping tensors', `{"a":${f32(0, 4)},"b":${f32(0, 4)}}`, 4, /must not overlap/],
    ['a hole', `{"a":${f32(4, 8)}}`, 8, /no hole/],
    ['bytes left over', `{"a":${f32(0, 4)}}`, 8, /span all 8 bytes of data, got 4/],
    ['reversed offsets', `{"a":${f32(4, 0)}}`, 4, /must span 4 bytes, got -4/],
    ['a size that disagrees', `{"a":${f32(0, 4, '[2]')}}`, 4, /\[2\] must span 8 bytes, got 4/],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 0, /must be a string, got 1/]
  ])('refuses %s', (_, header, dataBytes, message) => {
    const read = readSafetensors(fileOf(header, dataBytes));
    expect(read.kind === 'bad' && read.issues.map((issue) => issue.message).join(' ')).toMatch(message);
  });

  test('refuses a header longer than the file', () => {
    const bytes = new Uint8Array(16);
    bytes.fill(0xff, 0, 8);
    expect(readSafetensors(bytes).kind).toBe('bad');
    expect(readSafetensors(new Uint8Array(5)).kind).toBe('bad');
  });

  test('widens F16 and BF16 exactly', () => {
    const header =
      '{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]}}';
    const bytes = fileOf(header, 12);
    // 1, -2, 65504 and the smallest subnormal; then 1 and -3.140625.
    bytes.set([0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0, 0x80, 0x3f, 0x49, 0xc0], bytes.length - 12);
    const read = readSafetensors(bytes);
    if (read.kind === 'bad') throw new Error(JSON.stringify(read.issues));
    expect(Array.from(read.tensors['h']?.data ?? [])).toEqual([1, -2, 65504, 2 ** -24]);
    expect(Array.from(read.tensors['b']?.data ?? [])).toEqual([1, -3.140625]);
  });

  test('reads whole numbers and float64, as PyTorch files count batches', () => {
    const entry = (dtype: string, count: number, begin: number, end: number) =>
      `"${dtype}":{"dtype":"${dtype}","shape":[${count}],"data_offsets":[${begin},${end}]}`;
    const parts = [entry('I64', 1, 0, 8), entry('F64', 1, 8, 16), entry('I32', 1, 16, 20), entry('I16', 1, 20, 22)];
    const bytes = fileOf(`{${[...parts, entry('I8', 1, 22, 23), entry('U8', 1, 23, 24)].join()}}`, 24);
    const data = new DataView(bytes.buffer, bytes.length - 24);
    data.setBigInt64(0, -7n, true);
    data.setFloat64(8, 0.5, true);
    data.setInt32(16, -70000, true);
    data.setInt16(20, -300, true);
    data.setInt8(22, -1);
    data.setUint8(23, 255);
    const read = readSafetensors(bytes);
    if (read.kind === 'bad') throw new Error(JSON.stringify(read.issues));
    const values = Object.values(read.tensors).map((tensor) => tensor.data[0]);
    expect(values).toEqual([-7, 0.5, -70000, -300, -1, 255]);
  });

  test('reads any tensors and metadata that writeSafetensors wrote', () => {
    const name = fc
      .string({ minLength: 1, unit: 'binary' })
      .filter((s) => !['__proto__', 'constructor', 'prototype', '__metadata__'].includes(s));
    const tensor = fc.array(fc.nat(3), { maxLength: 3 }).map((shape) => ({
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, i) => i / 3)
    }));
    const metadata = fc.dictionary(name, fc.string({ unit: 'binary' }), { noNullPrototype: true });
    fc.assert(
      fc.property(fc.dictionary(name, tensor, { noNullPrototype: true }), metadata, (tensors, texts) => {
        expect(readSafetensors(writeSafetensors(tensors, texts))).toEqual({ kind: 'ok', tensors, metadata: texts });
      })
    );
  });
});

/** @file NumPy files are read as NumPy writes them, and whatever else a file holds is refused in words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/cli/npy';

/** Bytes as `numpy.save` writes them. */
function saved(header: string, values: Uint8Array, major = 1): Uint8Array {
  const bytes = Uint8Array.from(header, (character) => character.charCodeAt(0));
  const length = major === 1 ? [bytes.length & 255, bytes.length >> 8] : [bytes.length & 255, bytes.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...Uint8Array.from('NUMPY', (c) => c.charCodeAt(0)),
    major,
    0,
    ...length,
    ...bytes,
    ...values
  ]);
}

const bytesOf = (array: Float64Array | Float32Array): Uint8Array => new Uint8Array(array.buffer);

describe('readNpy', () => {
  test.each([
    ['float32', "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n", bytesOf(new Float32Array([0.5, -2]))],
    ['float64', "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n", bytesOf(new Float64Array([0.5, -2]))]
  ])('reads %s', (_, header, values) => {
    for (const major of [1, 2, 3]) {
      const read = readNpy(saved(header, values, major));
      expect(read).toEqual({ kind: 'ok', array: { shape: [2, 1], data: new Float32Array([0.5, -2]), bytes: false } });
    }
  });

  test('reads uint8 as pixels, and a tuple of one number', () => {
    const read = readNpy(saved("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", Uint8Array.of(0, 7, 255)));
    expect(read).toEqual({ kind: 'ok', array: { shape: [3], data: new Float32Array([0, 7, 255]), bytes: true } });
  });

  test.each([
    ['{', 'type must be one of <f4, <f8, |u1'],
    ["{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", 'got <i8'],
    ["{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 'got >f4'],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 'must be in C order'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': 1, }", 'header must name a shape'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000), }", 'must hold at most'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 'needs 8 bytes of values, got 4']
  ])('refuses %s', (header, message) => {
    const read = readNpy(saved(header, new Uint8Array(4)));
    expect(read.kind === 'bad' ? read.message : '').toContain(message);
  });

  test('answers for any bytes and never throws', () => {
    const whole = writeNpy({ shape: [2, 3], data: new Float32Array(6) });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const changed = whole.slice(0, length);
        if (at < length) changed[at] = byte;
        expect(['ok', 'bad']).toContain(readNpy(changed).kind);
      }),
      { numRuns: 500 }
    );
  });
});

describe('writeNpy', () => {
  test('fills its header to blocks of 64 bytes, as NumPy asks', () => {
    const bytes = writeNpy({ shape: [1, 1000], data: new Float32Array(1000) });
    expect((bytes.length - 4000) % 64).toBe(0);
    expect(new TextDecoder('latin1').decode(bytes.subarray(10, 71))).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1000), }".slice(0, 61)
    );
  });

  test('writes what readNpy reads', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 4 }), fc.float({ noNaN: true }), (shape, value) => {
        const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
        expect(readNpy(writeNpy({ shape, data }))).toEqual({ kind: 'ok', array: { shape, data, bytes: false } });
      })
    );
  });
});

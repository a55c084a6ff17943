/** @file Command line: NumPy's .npy files in and out, as 32-bit floats. */
import { readNpy as readArray } from '$lib/data/npy';

/** Numbers with their shape; `bytes` tells that the file held pixels of 0 to 255. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly bytes: boolean;
}

export type ReadNpy =
  { readonly kind: 'ok'; readonly array: NpyArray } | { readonly kind: 'bad'; readonly message: string };

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Reads float32, float64 or uint8 in C order; whatever the bytes are, the answer is an array or what is wrong. */
export function readNpy(bytes: Uint8Array): ReadNpy {
  const read = readArray(bytes, ['<f4', '<f8', '|u1']);
  if (read.kind === 'bad') return read;
  const { shape, count, type, at } = read.array;
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = at(i);
  return { kind: 'ok', array: { shape, data, bytes: type === '|u1' } };
}

/** Writes float32 in C order, format 1.0; the header fills whole blocks of 64 bytes. */
export function writeNpy({ shape, data }: Pick<NpyArray, 'shape' | 'data'>): Uint8Array {
  const tuple = shape.length === 1 ? `${shape.join()},` : shape.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  const header = dictionary.padEnd(Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 11) + '\n';
  const out = new Uint8Array(10 + header.length + 4 * data.length);
  out.set([...magic, 1, 0, header.length & 255, header.length >> 8]);
  for (let i = 0; i < header.length; i++) out[10 + i] = header.charCodeAt(i);
  const view = new DataView(out.buffer, 10 + header.length);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i] ?? 0, true);
  return out;
}

/** @file Data: the frame of NumPy's .npy files (format 1.0 to 3.0, C order, little-endian): type, shape and bytes. */
import { m } from '$paraglide/messages';
import { mostSetBytes } from './limits';

/** A way to read one number of a type. */
interface NpyType {
  /** Bytes of one number. */
  readonly size: number;
  read(view: DataView, at: number): number;
}

const types: Readonly<Record<string, NpyType>> = {
  '|b1': { size: 1, read: (view, at) => view.getUint8(at) },
  '|u1': { size: 1, read: (view, at) => view.getUint8(at) },
  '|i1': { size: 1, read: (view, at) => view.getInt8(at) },
  '<u2': { size: 2, read: (view, at) => view.getUint16(at, true) },
  '<i2': { size: 2, read: (view, at) => view.getInt16(at, true) },
  '<u4': { size: 4, read: (view, at) => view.getUint32(at, true) },
  '<i4': { size: 4, read: (view, at) => view.getInt32(at, true) },
  '<u8': { size: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  '<i8': { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<f4': { size: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { size: 8, read: (view, at) => view.getFloat64(at, true) }
};

/** One array as it lies in its file. */
export interface NpyArray {
  /** NumPy's own name, such as '<f4'. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Numbers in all. */
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Number `index` in C order. */
  readonly at: (index: number) => number;
}

export type ReadNpy =
  { readonly kind: 'ok'; readonly array: NpyArray } | { readonly kind: 'bad'; readonly message: string };

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const bad = (message: string): ReadNpy => ({ kind: 'bad', message });

/** Where the header lies, or null where the file is too short or of another format. */
function headerPlace(view: DataView): { start: number; end: number } | null {
  if (view.byteLength < 10 || magic.some((byte, i) => view.getUint8(i) !== byte)) return null;
  const major = view.getUint8(6);
  if (major < 1 || major > 3) return null;
  const start = major === 1 ? 10 : 12;
  if (view.byteLength < start) return null;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  return start + length <= view.byteLength ? { start, end: start + length } : null;
}

/** Reads the array of some types; whatever the bytes are, the answer is an array or what is wrong. */
export function readNpy(bytes: Uint8Array, allowed: readonly string[] = Object.keys(types)): ReadNpy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const place = headerPlace(view);
  if (!place) return bad(m.data_npy_format());
  const header = new TextDecoder('latin1').decode(bytes.subarray(place.start, place.end));
  const type = /'descr':\s*'([^']{1,10})'/.exec(header)?.[1] ?? '';
  const known = allowed.includes(type) ? types[type] : undefined;
  if (!known) return bad(m.data_npy_type({ types: allowed.join(', '), got: type }));
  if (!/'fortran_order':\s*False/.test(header)) return bad(m.data_npy_order());
  const listed = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (listed === undefined) return bad(m.data_npy_shape());
  const shape = listed.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  const count = shape.reduce((product, side) => product * side, 1);
  if (!(count * known.size <= mostSetBytes))
    return bad(m.data_npy_large({ most: mostSetBytes, got: count * known.size }));
  const got = bytes.length - place.end;
  if (got !== count * known.size)
    return bad(m.data_npy_bytes({ shape: shape.join('×'), want: count * known.size, got }));
  const values = new DataView(bytes.buffer, bytes.byteOffset + place.end, got);
  const at = (index: number): number => known.read(values, index * known.size);
  return { kind: 'ok', array: { type, shape, count, bytes: bytes.subarray(place.end), at } };
}

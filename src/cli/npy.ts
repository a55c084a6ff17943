/** @file Command line: NumPy's .npy files in and out (format 1.0 to 3.0, C order, little-endian). */
import { m } from '$paraglide/messages';

/** Numbers with their shape; `bytes` tells that the file held pixels of 0 to 255. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly bytes: boolean;
}

export type ReadNpy =
  { readonly kind: 'ok'; readonly array: NpyArray } | { readonly kind: 'bad'; readonly message: string };

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Files of more values are refused before anything is read. */
const mostValues = 2 ** 28;

const sizes: Readonly<Record<string, number>> = { '<f4': 4, '<f8': 8, '|u1': 1 };

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

function readValues(view: DataView, type: string, count: number): Float32Array {
  const out = new Float32Array(count);
  const size = sizes[type] ?? 1;
  for (let i = 0; i < count; i++) {
    const at = i * size;
    out[i] =
      type === '<f4' ? view.getFloat32(at, true) : type === '<f8' ? view.getFloat64(at, true) : view.getUint8(at);
  }
  return out;
}

/** Reads float32, float64 or uint8 in C order; whatever the bytes are, the answer is an array or what is wrong. */
export function readNpy(bytes: Uint8Array): ReadNpy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const place = headerPlace(view);
  if (!place) return bad(m.cli_npy_format());
  const header = new TextDecoder('latin1').decode(bytes.subarray(place.start, place.end));
  const type = /'descr':\s*'([^']{1,10})'/.exec(header)?.[1] ?? '';
  const size = sizes[type];
  if (size === undefined) return bad(m.cli_npy_type({ types: Object.keys(sizes).join(', '), got: type.slice(0, 10) }));
  if (!/'fortran_order':\s*False/.test(header)) return bad(m.cli_npy_order());
  const listed = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (listed === undefined) return bad(m.cli_npy_shape());
  const shape = listed.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  const count = shape.reduce((product, side) => product * side, 1);
  if (count > mostValues) return bad(m.cli_npy_large({ most: mostValues, got: count }));
  const got = bytes.length - place.end;
  if (got !== count * size) return bad(m.cli_npy_bytes({ shape: shape.join('×'), want: count * size, got }));
  const values = new DataView(bytes.buffer, bytes.byteOffset + place.end, got);
  return { kind: 'ok', array: { shape, data: readValues(values, type, count), bytes: type === '|u1' } };
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

/** @file Step 4, network: the number types of foreign files as float32. */
import { widen } from './half';

/** Bytes of one number of each type that is read. */
const bytesOf = new Map([
  ['F64', 8],
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['I64', 8],
  ['I32', 4],
  ['I16', 2],
  ['I8', 1],
  ['U8', 1]
]);

/** Bytes of one number; undefined for a type that is not read. */
export function wordBytes(dtype: string): number | undefined {
  return bytesOf.get(dtype);
}

/** Little-endian numbers of a known type, copied so that the buffer is theirs alone, as float32. */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array {
  const { buffer } = bytes;
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F16' || dtype === 'BF16') return widen(bytes, dtype);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer));
  if (dtype === 'I64') return Float32Array.from(new BigInt64Array(buffer), Number);
  if (dtype === 'I32') return Float32Array.from(new Int32Array(buffer));
  if (dtype === 'I16') return Float32Array.from(new Int16Array(buffer));
  return Float32Array.from(dtype === 'I8' ? new Int8Array(buffer) : bytes);
}

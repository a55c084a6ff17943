/** @file Data, for tests: small files of every kind a person may choose. */
import type { PictureFile } from './picture-file';

/** A BMP whose header states width x height in 24 bits; only the pixels of a 4 x 4 are there, of one gray. */
export function bmp(width: number, height: number, gray: number): Uint8Array {
  const bytes = new Uint8Array(54 + 48);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes.fill(gray, 54);
}

/** An IDX file of unsigned bytes. */
export function idxFile(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((side, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, side));
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return bytes;
}

/** A .npy file of format 1.0 with values as they lie in memory. */
export function npyFile(type: string, shape: readonly number[], values: ArrayBufferView): Uint8Array {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.map((side) => `${side},`).join(' ')}), }\n`;
  const out = new Uint8Array(10 + header.length + values.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  for (let i = 0; i < header.length; i++) out[10 + i] = header.charCodeAt(i);
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + header.length);
  return out;
}

/** A batch of CIFAR-10 (one label byte) or CIFAR-100 (two): picture i is of class i modulo 3, every byte known. */
export function cifarBatch(count: number, classes: 10 | 100): Uint8Array {
  const labels = classes === 10 ? 1 : 2;
  const record = labels + 3072;
  return Uint8Array.from({ length: count * record }, (_, at) => {
    const [picture, inside] = [Math.floor(at / record), at % record];
    return inside < labels ? picture % 3 : (picture + 7 * (inside - labels)) & 255;
  });
}

/** A file that is in memory already. */
export function fileOfBytes(path: string, bytes: Uint8Array): PictureFile {
  return { path, size: bytes.length, read: (from = 0, to = bytes.length) => Promise.resolve(bytes.subarray(from, to)) };
}

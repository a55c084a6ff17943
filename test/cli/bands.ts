/** @file Pictures for trainings by the command line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '$lib/base/rng';

const classes = 3;
const side = 12;

/** Writes IDX files of pictures 12×12 that are bright in one of three bands into a new folder. */
export function writeBands(folder: string, count: number): void {
  const rng = rngOf(count);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const area = side * side;
  const pixels = Uint8Array.from({ length: count * area }, (_, i) => {
    const band = Math.floor((i % area) / (area / classes));
    return rng.below(140) + (band === labels[Math.floor(i / area)] ? 60 : 0);
  });
  const header = (...numbers: number[]): Uint8Array => {
    const bytes = new DataView(new ArrayBuffer(4 * numbers.length));
    numbers.forEach((value, i) => bytes.setUint32(4 * i, value));
    return new Uint8Array(bytes.buffer);
  };
  mkdirSync(folder);
  const put = (part: string, ...bytes: Uint8Array[]) => writeFileSync(join(folder, part), Buffer.concat(bytes));
  put('train-images-idx3-ubyte', header(0x803, count, side, side), pixels);
  put('train-labels-idx1-ubyte', header(0x801, count), labels);
}

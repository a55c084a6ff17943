/** @file Test support: real pictures as RGB bytes of any size, resized bilinearly with half-pixel centres. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';

const FOLDER = join(process.cwd(), '../shared/data/pictures');

/** RGB, 8 bits, row by row. */
export interface Rgb {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function decoded(file: string): { width: number; height: number; channels: number; data: ArrayLike<number> } {
  const bytes = readFileSync(file);
  if (extname(file) !== '.jpg') return decodePng(bytes);
  return { ...jpeg.decode(bytes, { useTArray: true }), channels: 4 };
}

function read(name: string): Rgb {
  const { width, height, channels, data } = decoded(join(FOLDER, name));
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[channels * i + c]!;
  return { name, width, height, data: rgb };
}

/** Every picture of the folder, in the order of names; empty where the folder is absent, which the caller reports. */
export function pictures(): readonly Rgb[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => /[.](png|jpg)$/.test(name))
    .toSorted()
    .map(read);
}

/** Resized to height x width, rounded to bytes, so that every runtime gets the same numbers. */
export function resizedTo({ width, height, data }: Rgb, toHeight: number, toWidth: number): Uint8Array {
  const out = new Uint8Array(toHeight * toWidth * 3);
  const at = (to: number, scale: number, size: number): readonly [number, number, number] => {
    const from = Math.min(Math.max((to + 0.5) * scale - 0.5, 0), size - 1);
    const low = Math.floor(from);
    return [low, Math.min(low + 1, size - 1), from - low];
  };
  for (let y = 0; y < toHeight; y++) {
    const [y0, y1, v] = at(y, height / toHeight, height);
    for (let x = 0; x < toWidth; x++) {
      const [x0, x1, u] = at(x, width / toWidth, width);
      for (let c = 0; c < 3; c++) {
        const pixel = (row: number, column: number): number => data[(row * width + column) * 3 + c]!;
        const top = pixel(y0, x0) * (1 - u) + pixel(y0, x1) * u;
        const bottom = pixel(y1, x0) * (1 - u) + pixel(y1, x1) * u;
        out[(y * toWidth + x) * 3 + c] = Math.round(top * (1 - v) + bottom * v);
      }
    }
  }
  return out;
}

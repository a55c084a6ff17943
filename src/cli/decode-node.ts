/** @file Command line: decodes PNG and JPEG files for Node, scaled by averaging, as RGBA bytes. */
import { decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { mostPixels } from '$lib/data/limits';
import { whyNotDecode } from '$lib/data/picture-header';
import { m } from '$paraglide/messages';

/** A decoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, 8 bits each. */
  readonly data: Uint8Array;
}

function readPng(bytes: Uint8Array): Picture {
  const { width, height, data, channels, depth, palette } = decodePng(bytes);
  const scale = depth === 16 ? 1 / 257 : 255 / (2 ** depth - 1);
  const out = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    const first = data[at] ?? 0;
    if (palette) {
      const [r = 0, g = 0, b = 0, a = 255] = palette[first] ?? [];
      out.set([r, g, b, a], 4 * i);
      continue;
    }
    const colour = channels >= 3;
    const g = colour ? (data[at + 1] ?? 0) : first;
    const b = colour ? (data[at + 2] ?? 0) : first;
    out.set([first * scale, g * scale, b * scale, 255], 4 * i);
  }
  return { width, height, data: out };
}

/** Whether the bytes begin as a PNG or JPEG file does. */
export function isPicture(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x89 && bytes[1] === 0x50) || (bytes[0] === 0xff && bytes[1] === 0xd8);
}

/** Decodes a PNG or JPEG file of at most 50 megapixels; throws saying what is wrong. */
export function readPicture(bytes: Uint8Array): Picture {
  if (!isPicture(bytes)) throw new Error(m.cli_picture_format());
  const reason = whyNotDecode(bytes);
  if (reason !== null) throw new Error(reason);
  try {
    if (bytes[0] === 0x89) return readPng(bytes);
    return jpeg.decode(bytes, { useTArray: true, maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: 1024 });
  } catch (cause) {
    // The decoders speak of their own fields.
    throw new Error(m.data_picture_torn(), { cause });
  }
}

/** RGBA of another size: the average of the source pixels under each target pixel (area sampling). */
export function scaled({ width, height, data }: Picture, toWidth: number, toHeight: number): Uint8Array {
  const out = new Uint8Array(toWidth * toHeight * 4);
  for (let y = 0; y < toHeight; y++) {
    const y0 = Math.floor((y * height) / toHeight);
    const y1 = Math.max(y0 + 1, Math.ceil(((y + 1) * height) / toHeight));
    for (let x = 0; x < toWidth; x++) {
      const x0 = Math.floor((x * width) / toWidth);
      const x1 = Math.max(x0 + 1, Math.ceil(((x + 1) * width) / toWidth));
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        for (let v = y0; v < y1; v++) for (let u = x0; u < x1; u++) sum += data[(v * width + u) * 4 + c] ?? 0;
        out[(y * toWidth + x) * 4 + c] = Math.round(sum / ((y1 - y0) * (x1 - x0)));
      }
    }
  }
  return out;
}

/** Decodes a PNG or JPEG file and scales it to width x height; rejects naming what is wrong. */
export function decodePicture(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return new Promise((resolve) => {
    resolve(scaled(readPicture(bytes), width, height));
  });
}

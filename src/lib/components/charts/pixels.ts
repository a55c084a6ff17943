/** @file Charts: pictures and channel maps as RGBA bytes for a canvas. */
import type { Shape } from '$lib/arch/architecture';

/** Bytes of a canvas, row by row, four a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** A uint8 picture [height, width, channels] as it looks: one channel is grey, of more than three the first three count. */
export function pictureRaster(pixels: Uint8Array, [height, width, channels]: Shape): Raster {
  const rgba = new Uint8ClampedArray(height * width * 4);
  const colour = channels >= 3;
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[i * channels + (colour ? c : 0)] ?? 0;
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}

/** A row of channel maps: how large each is drawn, how many fit on a line, and how many lines there are. */
export interface TileGrid {
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly columns: number;
  readonly lines: number;
  /** Channels drawn; the others had no room. */
  readonly shown: number;
}

const gap = 2;
const tallest = 40;
/** A map of one pixel is a mark, not a square: a whole layer of them fits on a line. */
const markWidth = 5;

/** How the channels of a map [height, width, channels] lie on at most `lines` lines of `width` px. */
export function tileGrid([height, width, channels]: Shape, room: number, lines: number): TileGrid {
  const single = height === 1 && width === 1;
  const side = Math.max(height, width);
  // Whole pixels for a small map, every second or third one of a large map.
  const scale = side > tallest ? tallest / side : Math.floor(tallest / side);
  const tileWidth = single ? markWidth : Math.max(1, Math.round(width * scale));
  const tileHeight = single ? tallest / 2 : Math.max(1, Math.round(height * scale));
  const columns = Math.max(1, Math.min(channels, Math.floor((room + gap) / (tileWidth + gap))));
  const needed = Math.ceil(channels / columns);
  const used = Math.min(needed, lines);
  return { tileWidth, tileHeight, columns, lines: used, shown: Math.min(channels, used * columns) };
}

/**
 * The maps of an op [height, width, channels] as black ink, the stronger the further a value is from 0, on one scale
 * for all channels; what lies between the tiles stays clear, so that the same drawing serves on light and, inverted, on
 * dark paper.
 */
export function tileRaster(values: Float32Array, [height, width, channels]: Shape, grid: TileGrid): Raster {
  const { columns, lines, shown, tileWidth, tileHeight } = grid;
  const fullWidth = columns * (tileWidth + gap) - gap;
  const fullHeight = lines * (tileHeight + gap) - gap;
  const rgba = new Uint8ClampedArray(fullWidth * fullHeight * 4);
  const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
  for (let c = 0; c < shown; c++) {
    const left = (c % columns) * (tileWidth + gap);
    const top = Math.floor(c / columns) * (tileHeight + gap);
    for (let y = 0; y < tileHeight; y++) {
      const row = Math.floor((y * height) / tileHeight);
      for (let x = 0; x < tileWidth; x++) {
        const column = Math.floor((x * width) / tileWidth);
        const share = Math.abs(values[(row * width + column) * channels + c] ?? 0) / most;
        rgba[4 * ((top + y) * fullWidth + left + x) + 3] = faintest + share * (255 - faintest);
      }
    }
  }
  return { width: fullWidth, height: fullHeight, rgba };
}

/** What a silent channel still shows of itself: its place. */
const faintest = 14;

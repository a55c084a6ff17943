/** @file Charts: a scene with what is in it: each class has a colour, laid over the picture or drawn around a thing. */
import type { Shape } from '$lib/arch/architecture';
import { pictureRaster, type Raster } from './pixels';

/** Colours that differ for every eye (Okabe and Ito 2008), on the black canvas of a scene; class 0, the background, has none. */
const colours = [
  [86, 180, 233],
  [230, 159, 0],
  [0, 158, 115],
  [240, 228, 66],
  [204, 121, 167],
  [213, 94, 0]
] as const;

/** How much of a masked pixel is the colour of its class. */
const cover = 0.6;

const colourOf = (label: number): readonly [number, number, number] =>
  colours[(label - 1) % colours.length] ?? colours[0];

/** The colour of a class from 1 on, for CSS. */
export const classColour = (label: number): string => `rgb(${colourOf(label).join(' ')})`;

/** A uint8 picture [height, width, channels] under a mask [height, width] of classes. */
export function maskRaster(pixels: Uint8Array, shape: Shape, mask: Uint8Array): Raster {
  const raster = pictureRaster(pixels, shape);
  mask.forEach((label, i) => {
    if (label === 0) return;
    colourOf(label).forEach((value, c) => {
      raster.rgba[4 * i + c] = cover * value + (1 - cover) * (raster.rgba[4 * i + c] ?? 0);
    });
  });
  return raster;
}

/** The classes of an answer, each once, in their order. */
export function classesIn(labels: Iterable<number>): number[] {
  return [...new Set(labels)].filter((label) => label > 0).sort((a, b) => a - b);
}

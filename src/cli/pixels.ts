/** @file Command line: pixels of 0 to 255 as the numbers a network was trained on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '$lib/arch/architecture';
import { parseManifest, type Manifest } from '$lib/data/bundled';
import { garmentScenes, sceneClasses } from '$lib/data/garment-scenes';
import type { PixelMap } from '$lib/import/graph/graph';
import type { Provenance } from '$lib/weights/checkpoint';
import { root } from './root';

/** How a code base scales pixels before its networks. */
export type Normalisation = 'torchvision' | 'keras' | 'unit' | 'none';

/** (value / 255 - mean) / deviation, one of each for every channel or one for all. */
export interface PixelScale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const scales: Readonly<Record<Normalisation, PixelScale>> = {
  // torchvision's ImageNet classifiers: mean and deviation of red, green and blue.
  torchvision: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  // Keras' MobileNets and torchvision's SSDLite: -1 to 1.
  keras: { mean: [0.5], deviation: [0.5] },
  unit: { mean: [0], deviation: [1] },
  none: { mean: [0], deviation: [1 / 255] }
};

/** The bundled set's own description: its classes and statistics. */
export function bundledManifest(id: 'fashion-mnist'): Manifest {
  return parseManifest(JSON.parse(readFileSync(join(root, 'static', 'data', `${id}.json`), 'utf8')));
}

/** Classes and statistics of the bundled set that trained a network; null where it was another. */
export function trainedOn(from: Provenance | null): Pick<Manifest, 'classes' | 'mean' | 'std'> | null {
  if (from?.dataset !== 'fashion-mnist' && from?.dataset !== garmentScenes.id) return null;
  const { classes, mean, std } = bundledManifest('fashion-mnist');
  return { classes: from.dataset === garmentScenes.id ? sceneClasses(classes) : classes, mean, std };
}

/** What tells how a network wants its pixels. */
interface Scaled {
  readonly arch: Architecture;
  readonly from: Provenance | null;
  readonly pixels?: PixelMap;
}

/**
 * The scale of a network: the one asked for; that of the file it was imported from; that of the pictures which trained
 * it; -1 to 1 where its padding is TensorFlow's or it detects; torchvision's otherwise.
 */
export function pixelScale({ arch, from, pixels }: Scaled, asked?: Normalisation): PixelScale {
  if (asked) return scales[asked];
  // value · scale + offset = (value / 255 - mean) / deviation
  if (pixels) return { mean: [-pixels.offset / (255 * pixels.scale)], deviation: [1 / (255 * pixels.scale)] };
  const manifest = trainedOn(from);
  if (manifest && [1, arch.input[2]].includes(manifest.mean.length))
    return { mean: manifest.mean, deviation: manifest.std };
  const centred = arch.padding === 'same' || arch.head.kind === 'ssdlite' || arch.input[2] !== 3;
  return scales[centred ? 'keras' : 'torchvision'];
}

/** Applies a scale to pixels [.., channels]. */
export function normalised(pixels: ArrayLike<number>, channels: number, { mean, deviation }: PixelScale): Float32Array {
  const out = new Float32Array(pixels.length);
  for (let i = 0; i < out.length; i++) {
    const c = i % channels;
    const [centre = 0, width = 1] = [mean[c] ?? mean[0], deviation[c] ?? deviation[0]];
    out[i] = ((pixels[i] ?? 0) / 255 - centre) / width;
  }
  return out;
}

/** RGBA as one (luma of BT.601), three or four channels. */
export function channelsOf(rgba: Uint8Array, channels: number): Float32Array {
  const count = rgba.length / 4;
  const out = new Float32Array(count * channels);
  for (let i = 0; i < count; i++) {
    const [r = 0, g = 0, b = 0, a = 0] = rgba.subarray(4 * i, 4 * i + 4);
    const values = channels === 1 ? [0.299 * r + 0.587 * g + 0.114 * b] : [r, g, b, a];
    for (let c = 0; c < channels; c++) out[i * channels + c] = values[c] ?? 0;
  }
  return out;
}

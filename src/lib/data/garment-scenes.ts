/** @file Data: the garment scenes: a set of pictures with masks and boxes, made of the bundled garments to the size a network takes. */
import type { Shape } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import type { ClassSet, SceneSet, SceneSplit, SplitName } from './dataset';
import { drawScenes } from './scenes';
import { sha256Hex } from './sha256';

/** Trouser, sneaker and bag, by the bundled labels: shapes that do not look alike when half of each is hidden. */
const shown = [1, 7, 8] as const;

/** What is known of the set before it is composed. */
export const garmentScenes = { id: 'garment-scenes', classes: shown.length + 1 } as const;

/** Smallest and largest side of a picture, in pixels. */
const sides = { least: 32, most: 512 } as const;

/** Scenes of each split, where they fit into the memory. */
const most: Readonly<Record<SplitName, number>> = { train: 1200, validation: 200, test: 200 };

/** Bytes that pictures and masks of all splits together may take. */
const mostBytes = 160e6;

/** The seed of all scenes: a network meets the same ones whenever it is scored. */
const drawingSeed = 1;

/** Why no scenes can be composed for a network's input, in a sentence; empty where they can. */
export function whyNotScenes([height, width, channels]: Shape): string {
  const fits = [height, width].every((side) => side >= sides.least && side <= sides.most);
  if (fits && (channels === 1 || channels === 3)) return '';
  return m.data_scenes_input({ ...sides, got: `${height}×${width}×${channels}` });
}

/** Scenes of a split at this size: all of them, or as many as there is room for. */
export function sceneCount(split: SplitName, [height, width, channels]: Shape): number {
  const all = most.train + most.validation + most.test;
  const share = Math.min(1, mostBytes / (all * height * width * (channels + 1)));
  return Math.max(1, Math.floor(most[split] * share));
}

/** The classes of a scene by those of the garments; the first is the background. */
export function sceneClasses(garments: readonly string[]): string[] {
  return [m.data_scenes_background(), ...shown.map((label) => garments[label] ?? String(label))];
}

/** Every pixel's value once a channel. */
function spread(split: SceneSplit, channels: number): SceneSplit {
  if (channels === 1) return split;
  const images = new Uint8Array(split.images.length * channels);
  for (let i = 0; i < images.length; i++) images[i] = split.images[Math.floor(i / channels)]!;
  return { ...split, images };
}

/**
 * Composes the scenes: those of each split of garments of that split alone, so that no garment is in two. Garments grow
 * with the picture in whole steps; normalised as the garments themselves are. Throws a sentence for an input too small.
 */
export async function composeScenes(garments: ClassSet, shape: Shape): Promise<SceneSet> {
  const refusal = whyNotScenes(shape);
  if (refusal) throw new Error(refusal);
  const [height, width, channels] = shape;
  const [side] = garments.shape;
  const short = Math.min(height, width);
  const scale = Math.max(1, Math.floor(short / (1.7 * side)));
  const wish = { height, width, scale, most: short < 2 * side * scale ? 2 : 3 };
  const drawn = (split: SplitName, seed: number): SceneSplit => {
    const source = { garments: garments.splits[split], side, shown };
    return spread(drawScenes(source, { ...wish, count: sceneCount(split, shape), seed }), channels);
  };
  const splits = {
    train: drawn('train', drawingSeed),
    validation: drawn('validation', drawingSeed + 1),
    test: drawn('test', drawingSeed + 2)
  };
  return {
    kind: 'scenes',
    id: garmentScenes.id,
    name: m.data_scenes_name(),
    shape,
    classes: sceneClasses(garments.classes),
    sha256: await fingerprint(Object.values(splits)),
    mean: Array.from({ length: channels }, () => garments.mean[0] ?? 0),
    std: Array.from({ length: channels }, () => garments.std[0] ?? 1),
    splits
  };
}

/** SHA-256 of the fingerprints of pictures and masks; boxes follow from these. */
async function fingerprint(splits: readonly SceneSplit[]): Promise<string> {
  const parts: string[] = [];
  for (const { images, masks } of splits) {
    for (const bytes of [images, masks]) parts.push(await sha256Hex(Uint8Array.from(bytes)));
  }
  return sha256Hex(new TextEncoder().encode(parts.join()));
}

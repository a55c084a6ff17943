/** @file Test support: scenes of several garments on a black canvas, made from the bundled pictures, with every pixel and box known. */
import { readFileSync } from 'node:fs';
import type { Batch } from '../../src/lib/engine/engine';
import { rngOf, type Rng } from '../../src/lib/base/rng';
import { readBundled } from '../../src/lib/data/bundled';
import type { Split } from '../../src/lib/data/dataset';
import type { LabelledBox } from '../../src/lib/task/objective';

/** Side of a bundled picture, in pixels. */
const SIDE = 28;
/** Darker pixels belong to the background, 0 to 255. */
const DARK = 40;
/** Trousers, sneakers, bags: what a scene is made of, by the bundled labels; 0 is the background. */
const shown: readonly number[] = [1, 7, 8];

/** Classes of a scene with the background. */
export const sceneClasses = shown.length + 1;

/** Scenes as training takes them: normalised pictures, one label a pixel, boxes. */
export type Scenes = Batch & { readonly boxes: readonly (readonly LabelledBox[])[] };

/** The bundled pictures of a split that scenes are made of. */
export async function garmentsOf(split: 'train' | 'validation'): Promise<Split> {
  const read = (name: string) => new Uint8Array(readFileSync(new URL(`../../static/data/${name}`, import.meta.url)));
  const manifest: unknown = JSON.parse(new TextDecoder().decode(read('fashion-mnist.json')));
  return (await readBundled(manifest, read('fashion-mnist.u8.gz'))).splits[split];
}

/** A canvas of `size` x `size` pixels while it is painted. */
interface Canvas {
  readonly size: number;
  readonly pixels: Uint8Array;
  readonly owners: Uint8Array;
}

/** Paints picture `index` as thing number `owner`; only pixels that are not dark cover what is there. */
function paint(
  { size, pixels, owners }: Canvas,
  garments: Split,
  at: { index: number; x: number; y: number; owner: number }
) {
  for (let i = 0; i < SIDE * SIDE; i++) {
    const value = garments.images[at.index * SIDE * SIDE + i]!;
    if (value < DARK) continue;
    const to = (at.y + Math.floor(i / SIDE)) * size + at.x + (i % SIDE);
    pixels[to] = value;
    owners[to] = at.owner;
  }
}

/** The box around what is seen of thing number `owner`; null where less than a tenth of a picture is. */
function boxOf({ size, owners }: Canvas, owner: number): LabelledBox['box'] | null {
  const seen = Array.from(owners.keys()).filter((i) => owners[i] === owner);
  if (seen.length < (SIDE * SIDE) / 10) return null;
  const columns = seen.map((i) => i % size);
  const rows = seen.map((i) => Math.floor(i / size));
  const corners = [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1] as const;
  return [corners[0] / size, corners[1] / size, corners[2] / size, corners[3] / size];
}

/** A picture of one of the shown classes. */
function pick(garments: Split, rng: Rng): number {
  for (;;) {
    const index = rng.below(garments.count);
    if (shown.includes(garments.labels[index]!)) return index;
  }
}

/** Draws `count` scenes of one to `most` garments on a canvas of `size` x `size` pixels. */
export function scenesOf(garments: Split, count: number, drawn: { size: number; most: number; seed: number }): Scenes {
  const { size, most, seed } = drawn;
  const rng = rngOf(seed);
  const area = size * size;
  const images = new Float32Array(count * area);
  const labels = new Uint8Array(count * area);
  const boxes: LabelledBox[][] = [];
  for (let scene = 0; scene < count; scene++) {
    const canvas = { size, pixels: new Uint8Array(area), owners: new Uint8Array(area) };
    const things = Array.from({ length: 1 + rng.below(most) }, () => pick(garments, rng));
    for (const [i, index] of things.entries()) {
      paint(canvas, garments, { index, x: rng.below(size - SIDE + 1), y: rng.below(size - SIDE + 1), owner: i + 1 });
    }
    const classOf = (owner: number): number => shown.indexOf(garments.labels[things[owner - 1]!]!) + 1;
    for (let i = 0; i < area; i++) {
      images[scene * area + i] = canvas.pixels[i]! / 128 - 0.5;
      labels[scene * area + i] = canvas.owners[i]! === 0 ? 0 : classOf(canvas.owners[i]!);
    }
    boxes.push(
      things.flatMap((_, i) => {
        const box = boxOf(canvas, i + 1);
        return box ? [{ box, class: classOf(i + 1) }] : [];
      })
    );
  }
  return { count, images, labels, boxes };
}

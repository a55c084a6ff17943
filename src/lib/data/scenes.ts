/** @file Data: scenes of garments on a black canvas, composed from labelled pictures, with every pixel's class and every box known. */
import { rngOf, type Rng } from '$lib/base/rng';
import type { LabelledBox, SceneSplit, Split } from './dataset';

/** Darker pixels of a garment's picture belong to the background, 0 to 255. */
const dark = 40;

/** A thing of which less than this share of its square is seen is left out. */
const leastSeen = 0.1;

/** What scenes are drawn from and how. */
export interface SceneSource {
  /** Square pictures of `side` pixels, one channel. */
  readonly garments: Split;
  readonly side: number;
  /** Labels of the garments that are used; a scene's class is the place in this list, from 1 on. */
  readonly shown: readonly number[];
}

/** The scenes wanted: pictures of `height` x `width`, each with one to `most` garments, `scale` times as large as given. */
export interface SceneWish {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly most: number;
  readonly scale: number;
  readonly seed: number;
}

/** A garment and its corner on the canvas. */
interface Thing {
  readonly picture: number;
  readonly x: number;
  readonly y: number;
  readonly class: number;
}

/** A canvas; `owners` holds for each pixel the place of its thing, from 1 on. */
interface Canvas {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
  readonly owners: Uint8Array;
}

/** A canvas with what is painted on it. */
interface Easel {
  readonly canvas: Canvas;
  readonly source: SceneSource;
  readonly scale: number;
}

/** Paints a thing over what is there; its dark pixels cover nothing. */
function paint({ canvas, source, scale }: Easel, thing: Thing, owner: number): void {
  const { width, pixels, owners } = canvas;
  const { garments, side } = source;
  for (let y = 0; y < side * scale; y++) {
    const from = thing.picture * side * side + Math.floor(y / scale) * side;
    const to = (thing.y + y) * width + thing.x;
    for (let x = 0; x < side * scale; x++) {
      const value = garments.images[from + Math.floor(x / scale)]!;
      if (value < dark) continue;
      pixels[to + x] = value;
      owners[to + x] = owner;
    }
  }
}

/** What is seen of each thing: its pixels, and the box around them in pixels. */
function seenOf({ height, width, owners }: Canvas, things: number) {
  const seen = Array.from({ length: things }, () => ({ pixels: 0, x1: width, y1: height, x2: 0, y2: 0 }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = seen[owners[y * width + x]! - 1];
      if (!own) continue;
      own.pixels += 1;
      own.x1 = Math.min(own.x1, x);
      own.x2 = Math.max(own.x2, x + 1);
      own.y1 = Math.min(own.y1, y);
      own.y2 = Math.max(own.y2, y + 1);
    }
  }
  return seen;
}

function draw(candidates: Uint32Array, source: SceneSource, wish: SceneWish, rng: Rng): Thing[] {
  const room = source.side * wish.scale;
  return Array.from({ length: 1 + rng.below(wish.most) }, () => {
    const picture = candidates[rng.below(candidates.length)]!;
    const label = source.shown.indexOf(source.garments.labels[picture]!) + 1;
    return { picture, x: rng.below(wish.width - room + 1), y: rng.below(wish.height - room + 1), class: label };
  });
}

/** Paints things and leaves out those that are hardly seen, so that masks and boxes tell of the same things. */
function compose(easel: Easel, drawn: readonly Thing[]): LabelledBox[] {
  const { canvas, source, scale } = easel;
  const { height, width } = canvas;
  const paintAll = (things: readonly Thing[]) => {
    canvas.pixels.fill(0);
    canvas.owners.fill(0);
    things.forEach((thing, i) => paint(easel, thing, i + 1));
    return seenOf(canvas, things.length);
  };
  const least = leastSeen * (source.side * scale) ** 2;
  const first = paintAll(drawn);
  const things = drawn.filter((_, i) => first[i]!.pixels >= least);
  const seen = things.length < drawn.length ? paintAll(things) : first;
  for (let i = 0; i < canvas.owners.length; i++) {
    const owner = canvas.owners[i]!;
    if (owner > 0) canvas.owners[i] = things[owner - 1]!.class;
  }
  return seen.map(({ x1, y1, x2, y2 }, i) => ({
    box: [x1 / width, y1 / height, x2 / width, y2 / height],
    class: things[i]!.class
  }));
}

/** Draws scenes of one channel; equal seeds give equal scenes. The pictures of `garments` that are not shown are not used. */
export function drawScenes(source: SceneSource, wish: SceneWish): SceneSplit {
  const { count, height, width } = wish;
  const { labels } = source.garments;
  const candidates = Uint32Array.from(labels.keys()).filter((picture) => source.shown.includes(labels[picture]!));
  const rng = rngOf(wish.seed);
  const area = height * width;
  const images = new Uint8Array(count * area);
  const masks = new Uint8Array(count * area);
  const boxes = Array.from({ length: count }, (_, scene) => {
    const pixels = images.subarray(scene * area, (scene + 1) * area);
    const owners = masks.subarray(scene * area, (scene + 1) * area);
    const things = candidates.length > 0 ? draw(candidates, source, wish, rng) : [];
    return compose({ canvas: { height, width, pixels, owners }, source, scale: wish.scale }, things);
  });
  return { count, images, masks, boxes };
}

/** @file Tests of scenes: their masks and boxes tell of the same things, and no garment is in two splits. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundledPictures } from '../../../test/support/bundled-pictures';
import { rngOf } from '$lib/base/rng';
import { mirrorTruths, normalise } from './batches';
import type { ClassSet, SceneSplit, Split } from './dataset';
import { composeScenes, garmentScenes, sceneCount, whyNotScenes } from './garment-scenes';
import { drawScenes } from './scenes';

const side = 6;

/** Blobs of one brightness, of four classes, each with a hole and a dark rim. */
function blobs(count: number, value: number): Split {
  const rng = rngOf(count);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
  const images = Uint8Array.from({ length: count * side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side) % side];
    return x > 0 && y > 0 && rng.next() < 0.8 ? value : 0;
  });
  return { count, images, labels };
}

const wishArb = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  height: fc.integer({ min: 2 * side, max: 30 }),
  width: fc.integer({ min: 2 * side, max: 30 }),
  most: fc.integer({ min: 1, max: 5 }),
  scale: fc.integer({ min: 1, max: 2 }),
  seed: fc.integer()
});

const source = { garments: blobs(40, 200), side, shown: [1, 3] };

/** Whether some pixel of a class lies on each of the four sides of a box, inside it. */
function isTight(split: SceneSplit, { height, width }: { height: number; width: number }, scene: number): boolean {
  const mask = split.masks.subarray(scene * height * width, (scene + 1) * height * width);
  return (split.boxes[scene] ?? []).every(({ box, class: label }) => {
    const [x1, y1, x2, y2] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height].map(Math.round) as [
      number,
      number,
      number,
      number
    ];
    const has = (xs: readonly [number, number], ys: readonly [number, number]): boolean => {
      for (let y = ys[0]; y < ys[1]; y++)
        for (let x = xs[0]; x < xs[1]; x++) if (mask[y * width + x] === label) return true;
      return false;
    };
    const [left, right] = [has([x1, x1 + 1], [y1, y2]), has([x2 - 1, x2], [y1, y2])];
    return left && right && has([x1, x2], [y1, y1 + 1]) && has([x1, x2], [y2 - 1, y2]);
  });
}

describe('drawScenes', () => {
  test('masks and boxes tell of the same things: every box is tight, every masked pixel lies in one of its class', () => {
    fc.assert(
      fc.property(wishArb, (wish) => {
        const split = drawScenes(source, wish);
        const { height, width } = wish;
        for (let scene = 0; scene < wish.count; scene++) {
          const boxes = split.boxes[scene] ?? [];
          expect(boxes.length).toBeLessThanOrEqual(wish.most);
          expect(isTight(split, wish, scene)).toBe(true);
          const wrong = Array.from({ length: height * width }, (_, i) => i).filter((i) => {
            const label = split.masks[scene * height * width + i] ?? 0;
            const [x, y] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
            const boxed = boxes.some(
              ({ box: [x1, y1, x2, y2], class: own }) => own === label && x > x1 && x < x2 && y > y1 && y < y2
            );
            const lit = split.images[scene * height * width + i]! > 0;
            return lit !== label > 0 || (lit && !boxed);
          });
          expect(wrong).toEqual([]);
        }
      }),
      { numRuns: 60 }
    );
  });

  test('the same seed draws the same scenes, another seed others', () => {
    fc.assert(
      fc.property(wishArb, (wish) => {
        expect(drawScenes(source, wish)).toEqual(drawScenes(source, wish));
      }),
      { numRuns: 20 }
    );
    const wish = { count: 8, height: 24, width: 24, most: 3, scale: 1 };
    expect(drawScenes(source, { ...wish, seed: 1 }).images).not.toEqual(
      drawScenes(source, { ...wish, seed: 2 }).images
    );
  });

  test('without a garment to show scenes are empty', () => {
    const wish = { count: 2, height: 12, width: 12, most: 2, scale: 1, seed: 1 };
    const { masks, boxes } = drawScenes({ ...source, shown: [9] }, wish);
    expect([new Set(masks), boxes]).toEqual([new Set([0]), [[], []]]);
  });
});

describe('composeScenes', () => {
  let garments: ClassSet;
  beforeAll(async () => {
    garments = await bundledPictures();
  });

  /** The garments with each split of one brightness of its own. */
  const marked = ({ splits, ...rest }: ClassSet): ClassSet => {
    const lit = ({ images, ...split }: Split, value: number): Split => ({
      ...split,
      images: images.map((pixel) => (pixel < 40 ? 0 : value))
    });
    const { train, validation, test: last } = splits;
    return { ...rest, splits: { train: lit(train, 100), validation: lit(validation, 150), test: lit(last, 250) } };
  };

  test('no garment of a split is in the scenes of another', async () => {
    const { splits } = await composeScenes(marked(garments), [32, 32, 1]);
    expect([...new Set(splits.train.images)].sort()).toEqual([0, 100]);
    expect([...new Set(splits.validation.images)].sort()).toEqual([0, 150]);
    expect([...new Set(splits.test.images)].sort()).toEqual([0, 250]);
  });

  test('scenes are as large as the network asks, with every class in the masks and in the boxes, the same each time', async () => {
    const scenes = await composeScenes(garments, [40, 64, 3]);
    const { count, images, masks, boxes } = scenes.splits.validation;
    expect(count).toBe(200);
    expect(images.length).toBe(count * 40 * 64 * 3);
    expect(masks.length).toBe(count * 40 * 64);
    expect(images.subarray(0, 3 * 64 * 40).every((value, i, all) => value === all[i - (i % 3)])).toBe(true);
    expect([...new Set(masks)].sort()).toEqual([0, 1, 2, 3]);
    expect([...new Set(boxes.flat().map((one) => one.class))].sort()).toEqual([1, 2, 3]);
    expect(scenes.classes).toEqual(['background', 'Trouser', 'Sneaker', 'Bag']);
    expect(scenes.classes).toHaveLength(garmentScenes.classes);
    expect((await composeScenes(garments, [40, 64, 3])).sha256).toBe(scenes.sha256);
  });

  test('garments grow with the picture, and fewer scenes are made of large ones', async () => {
    const { boxes } = (await composeScenes(garments, [96, 96, 1])).splits.test;
    const widest = Math.max(...boxes.flat().map(({ box }) => box[2] - box[0]));
    expect(widest).toBeGreaterThan(0.5);
    expect(sceneCount('train', [64, 64, 1])).toBe(1200);
    expect(sceneCount('train', [320, 320, 3])).toBeLessThan(400);
    expect(sceneCount('validation', [512, 512, 3])).toBeGreaterThan(10);
  });

  test.each([
    [[31, 64, 1], '32 to 512 pixels high and wide with 1 or 3 channels, got 31×64×1'],
    [[64, 600, 3], 'got 64×600×3'],
    [[64, 64, 4], 'got 64×64×4']
  ] as const)('an input of %j is refused in words', async (shape, message) => {
    expect(whyNotScenes(shape)).toContain(message);
    await expect(composeScenes(garments, shape)).rejects.toThrow(message);
  });

  test('a mirrored scene has its mask and boxes mirrored along', async () => {
    const scenes = await composeScenes(garments, [32, 48, 1]);
    const found = normalise(scenes, 'test', [3, 5], new Float32Array(2 * 32 * 48));
    const plain = { labels: found.labels.slice(), boxes: found.boxes ?? [] };
    const { labels, boxes = [] } = mirrorTruths(found, [1], scenes.shape);
    const row = (of: Uint8Array, scene: number, y: number): number[] => [
      ...of.subarray((scene * 32 + y) * 48, (scene * 32 + y + 1) * 48)
    ];
    for (let y = 0; y < 32; y++) {
      expect(row(labels, 0, y)).toEqual(row(plain.labels, 0, y));
      expect(row(labels, 1, y)).toEqual(row(plain.labels, 1, y).toReversed());
    }
    expect(boxes[0]).toEqual(plain.boxes[0]);
    expect(boxes[1]?.length).toBeGreaterThan(0);
    boxes[1]?.forEach(({ box: [x1, y1, x2, y2] }, i) => {
      const [a1, b1, a2, b2] = plain.boxes[1]?.[i]?.box ?? [0, 0, 0, 0];
      expect([x1, y1, x2, y2]).toEqual([1 - a2, b1, 1 - a1, b2]);
    });
  });
});

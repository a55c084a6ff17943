/** @file Detection in both conventions, on outputs small enough to work out by hand. */
import { describe, expect, test } from 'vitest';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import type { DetectionRule } from '$lib/arch/architecture';
import { withHead } from '$lib/arch/with-head';
import { defaultBoxes, decodeBox, detectionGrids, isDetector } from './boxes';
import { detect } from './detect';

const base = withHead({ ...mobileNetV2, input: [64, 64, 3] }, 'ssdlite');
const small = { ...base, classes: 3, input: [64, 64, 3] as const };
if (!isDetector(small)) throw new Error('the head must detect');
const detector = small;
const withRule = (rule: Partial<DetectionRule>) => ({
  ...detector,
  head: { ...detector.head, rule: { ...detector.head.rule, ...rule } }
});

const tensorflow = withRule({ reduceFinest: true, boxOrder: 'yxhw', scores: 'sigmoid', scoreThreshold: 0.5 });

describe('default boxes', () => {
  test('the finest map of TensorFlow’s SSD has three: a tenth of the picture, and the two of the first ratio', () => {
    const boxes = defaultBoxes(tensorflow.head.rule, [
      [1, 1],
      [1, 1]
    ]);
    expect(boxes).toHaveLength(4 * (3 + 6));
    const sizes = [0, 1, 2].map((i) => [boxes[4 * i + 2], boxes[4 * i + 3]]);
    expect(sizes).toEqual([
      [0.1, 0.1],
      [0.2 * Math.sqrt(2), 0.2 / Math.sqrt(2)],
      [0.2 * Math.sqrt(1 / 2), 0.2 / Math.sqrt(1 / 2)]
    ]);
  });

  test('TensorFlow lists the box between two scales last and lets boxes leave the picture, torchvision does neither', () => {
    const widths = (rule: DetectionRule) => {
      const boxes = defaultBoxes(rule, [
        [1, 1],
        [1, 1]
      ]);
      const count = boxes.length / 4;
      return [1, 2, 3, 4, 5, 6].map((back) => boxes[4 * (count - back) + 2] ?? 0).reverse();
    };
    const between = Math.sqrt(0.95);
    const [wide, narrow] = [0.95 * Math.sqrt(2), 0.95 / Math.sqrt(2)];
    const [wider, narrower] = [0.95 * Math.sqrt(3), 0.95 / Math.sqrt(3)];
    for (const [i, width] of [0.95, wide, narrow, wider, narrower, between].entries()) {
      expect(widths(tensorflow.head.rule)[i]).toBeCloseTo(width, 12);
    }
    for (const [i, width] of [0.95, between, 1, narrow, 1, narrower].entries()) {
      expect(widths(detector.head.rule)[i]).toBeCloseTo(width, 12);
    }
  });

  test('the maps of a picture of 64 are of 4, 2 and 1 pixels', () => {
    expect(detectionGrids(detector)).toEqual([
      [4, 4],
      [2, 2],
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1]
    ]);
  });
});

describe('one box', () => {
  test('is moved by tenths of its size and grown by powers of a fifth', () => {
    const moved = [1, 2, 5 * Math.log(2), 5 * Math.log(3)] as const;
    const [x1, y1, x2, y2] = decodeBox(detector.head.rule, [0.5, 0.5, 0.2, 0.1], moved);
    expect([(x1 + x2) / 2, (y1 + y2) / 2]).toEqual([expect.closeTo(0.52, 12), expect.closeTo(0.52, 12)]);
    expect([x2 - x1, y2 - y1]).toEqual([expect.closeTo(0.4, 12), expect.closeTo(0.3, 12)]);
  });

  test('names y first where TensorFlow ordered the numbers', () => {
    const one = decodeBox(detector.head.rule, [0.5, 0.5, 0.2, 0.1], [1, 2, 3, 4]);
    expect(decodeBox(tensorflow.head.rule, [0.5, 0.5, 0.2, 0.1], [2, 1, 4, 3])).toEqual(one);
  });
});

describe('an output', () => {
  const rows = 16 * 3 + 4 * 6 + 4 * 6;
  const output = (): Float32Array => {
    const out = new Float32Array(rows * 7).fill(-9);
    for (let row = 0; row < rows; row++) out.fill(0, row * 7 + 3, row * 7 + 7);
    return out;
  };

  test('gives nothing where no score passes the threshold', () => {
    expect(detect(output(), tensorflow, { width: 100, height: 50 })).toEqual([]);
  });

  test('gives each class its own boxes, best first, in pixels of the picture and cut to it', () => {
    const out = output();
    // Two boxes of the only cell of the last map, nearly alike; the background never counts.
    const last = rows - 6;
    out.set([9, 2, 1], last * 7);
    out.set([9, 1, 3], (rows - 1) * 7);
    const found = detect(out, tensorflow, { width: 100, height: 50 });
    expect(found.map((one) => one.class)).toEqual([2, 1]);
    expect(found[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
    const half = Math.sqrt(0.95) / 2;
    const corners = [100 * (0.5 - half), 50 * (0.5 - half), 100 * (0.5 + half), 50 * (0.5 + half)];
    for (const [i, corner] of corners.entries()) expect(found[0]?.box[i]).toBeCloseTo(corner, 5);
  });

  test('of another length, or of a head that does not detect, is the caller’s mistake', () => {
    expect(() => detect(new Float32Array(7), tensorflow, { width: 1, height: 1 })).toThrow(`${rows} x 7`);
    expect(() => detect(new Float32Array(7), mobileNetV2, { width: 1, height: 1 })).toThrow('classifier');
  });
});

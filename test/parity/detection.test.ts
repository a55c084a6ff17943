/** @file Default boxes, decoding and suppression must be torchvision's, on head outputs it was given too. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { mobileNetV3Large } from '../../src/lib/arch/presets/mobilenet-v3';
import { withHead } from '../../src/lib/arch/with-head';
import { defaultBoxes, detectionGrids, isDetector, type Grid } from '../../src/lib/task/boxes';
import { detect } from '../../src/lib/task/detect';
import { fill } from '../support/golden';

interface BoxesGolden {
  readonly height: number;
  readonly width: number;
  readonly grids: readonly Grid[];
  readonly count: number;
  /** Sum of x1, y1, x2, y2 over all boxes, in pixels. */
  readonly sums: readonly number[];
  readonly every: number;
  readonly boxes: readonly (readonly number[])[];
}

interface DetectionsGolden {
  readonly seed: number;
  readonly scoreBound: number;
  readonly boxBound: number;
  readonly height: number;
  readonly width: number;
  /** x1, y1, x2, y2, score, class. */
  readonly found: readonly (readonly [number, number, number, number, number, number])[];
}

const golden = JSON.parse(readFileSync('test/support/detection-golden.json', 'utf8')) as {
  readonly boxes: readonly BoxesGolden[];
  readonly detections: readonly DetectionsGolden[];
};

const detector = (height: number, width: number): Architecture => ({
  ...withHead(mobileNetV3Large, 'ssdlite'),
  input: [height, width, 3]
});

describe.each(golden.boxes)('default boxes of $height x $width', (expected) => {
  const { height, width } = expected;
  const arch = detector(height, width);
  if (!isDetector(arch)) throw new Error('the head must detect');
  const grids = detectionGrids(arch);
  const shares = defaultBoxes(arch.head.rule, grids);
  const corners = (index: number): number[] => {
    const [x = 0, y = 0, w = 0, h = 0] = shares.subarray(4 * index, 4 * index + 4);
    return [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height];
  };

  test('stand on the maps of the network', () => {
    expect(grids).toEqual(expected.grids);
    expect(shares).toHaveLength(4 * expected.count);
  });

  test('are where torchvision puts them', () => {
    for (const [i, box] of expected.boxes.entries()) {
      for (const [axis, value] of corners(i * expected.every).entries()) expect(value).toBeCloseTo(box[axis] ?? 0, 3);
    }
  });

  test('sum to what torchvision sums to', () => {
    const sums = [0, 0, 0, 0];
    for (let index = 0; index < expected.count; index++) {
      for (const [axis, value] of corners(index).entries()) sums[axis] = (sums[axis] ?? 0) + value;
    }
    // 3234 float32 roundings of at most 2e-5 pixels.
    for (const [axis, sum] of sums.entries()) expect(Math.abs(sum - (expected.sums[axis] ?? 0))).toBeLessThan(0.1);
  });
});

/** Head output of generated scores and box numbers, in the layout of the table's head. */
function generated({ seed, scoreBound, boxBound }: DetectionsGolden, anchors: number, classes: number): Float32Array {
  const scores = fill(seed, 1, { size: anchors * classes, offset: 0, bound: scoreBound });
  const moves = fill(seed, 2, { size: anchors * 4, offset: 0, bound: boxBound });
  const out = new Float32Array(anchors * (classes + 4));
  for (let i = 0; i < anchors; i++) {
    out.set(scores.subarray(i * classes, (i + 1) * classes), i * (classes + 4));
    out.set(moves.subarray(i * 4, i * 4 + 4), i * (classes + 4) + classes);
  }
  return out;
}

test.each(golden.detections)('the 300 detections of seed $seed are torchvision’s, in its order', (expected) => {
  const arch = detector(320, 320);
  const found = detect(generated(expected, 3234, 91), arch, { width: expected.width, height: expected.height });
  expect(found).toHaveLength(expected.found.length);
  for (const [i, [x1, y1, x2, y2, score, label]] of expected.found.entries()) {
    const got = found[i];
    expect(got?.class).toBe(label);
    expect(got?.score).toBeCloseTo(score, 5);
    for (const [axis, value] of [x1, y1, x2, y2].entries()) {
      expect(Math.abs((got?.box[axis] ?? 0) - value)).toBeLessThan(0.01);
    }
  }
});

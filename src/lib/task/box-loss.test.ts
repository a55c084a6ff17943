/** @file The multibox loss against torchvision's. */
import { expect, test } from 'vitest';
import { gapOf, golden } from '../../../test/support/training-golden';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { withHead } from '$lib/arch/with-head';
import { boxLoss } from './box-loss';
import { decodeBox, detectorOf, encodeBox } from './boxes';
import { basesOf, matchBoxes } from './default-box-match';
import type { LabelledBox } from '$lib/data/dataset';
import { plainBoxes } from './objective';

const head = withHead({ ...mobileNetV2, input: [64, 64, 3] }, 'ssdlite');
const arch = detectorOf({ ...head, classes: golden.boxes.classes, input: [64, 64, 3] });
const labels = new Uint8Array();
const output = Float32Array.from(golden.boxes.answer);
const { boxes } = golden.boxes;

test('the same default boxes have to find the same labelled boxes as in torchvision', () => {
  expect(boxes.map((own) => [...matchBoxes(basesOf(arch), own)])).toEqual(golden.boxes.matches);
});

test('loss and gradient are torchvision’s', () => {
  const gradient = new Float32Array(output.length);
  const verdict = boxLoss(output, { count: boxes.length, labels, boxes }, { arch, objective: plainBoxes, gradient });
  expect(verdict.loss).toBeCloseTo(golden.boxes.loss, 4);
  expect(gapOf(golden.boxes.gradient, gradient)).toBeLessThan(1e-6);
  expect(verdict.terms).toBe(golden.boxes.matches.flat().filter((match) => match >= 0).length);
});

test('with a sigmoid for each score the gradient is that of finite differences', () => {
  const sigmoid = detectorOf({ ...arch, head: { ...arch.head, rule: { ...arch.head.rule, scores: 'sigmoid' } } });
  const truth = { count: boxes.length, labels, boxes };
  const gradient = new Float32Array(output.length);
  boxLoss(output, truth, { arch: sigmoid, objective: plainBoxes, gradient });
  const at = gradient.findIndex((slope) => slope !== 0);
  const lossAt = (value: number): number => {
    const moved = output.slice();
    moved[at] = value;
    return boxLoss(moved, truth, { arch: sigmoid, objective: plainBoxes }).loss;
  };
  const here = output[at]!;
  expect((lossAt(here + 1e-2) - lossAt(here - 1e-2)) / 2e-2).toBeCloseTo(gradient[at]!, 4);
});

test('a picture without boxes teaches nothing; one box is found by somebody however small it is', () => {
  const empty = boxLoss(output, { count: 3, labels, boxes: [[], [], []] }, { arch, objective: plainBoxes });
  expect(empty).toEqual({ loss: 0, correct: 3, terms: 0 });
  const tiny: LabelledBox = { box: [0.5, 0.5, 0.51, 0.51], class: 1 };
  expect(boxLoss(output, { count: 3, labels, boxes: [[tiny], [], []] }, { arch, objective: plainBoxes }).terms).toBe(1);
});

test('encoding undoes decoding in both orders of the numbers', () => {
  const base = [0.4, 0.5, 0.2, 0.3] as const;
  for (const boxOrder of ['xywh', 'yxhw'] as const) {
    const rule = { ...arch.head.rule, boxOrder };
    const [x1, y1, x2, y2] = decodeBox(rule, base, encodeBox(rule, base, [0.5, 0.45, 0.3, 0.1]));
    const got = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
    expect(gapOf([0.5, 0.45, 0.3, 0.1], got)).toBeLessThan(1e-12);
  }
});

test('boxes outside the picture, empty ones and the background as a class are refused in words', () => {
  const asked = { arch, objective: plainBoxes };
  const lossOf = (box: LabelledBox) => () => boxLoss(output, { count: 3, labels, boxes: [[box], [], []] }, asked);
  expect(lossOf({ box: [0.2, 0.2, 1.1, 0.5], class: 1 })).toThrow('got 0.2, 0.2, 1.1, 0.5');
  expect(lossOf({ box: [0.2, 0.2, 0.2, 0.5], class: 1 })).toThrow('x1 < x2');
  expect(lossOf({ box: [0.2, 0.2, 0.4, 0.5], class: 0 })).toThrow('1 to 2 (0 is the background), got 0');
});

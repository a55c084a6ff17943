/** @file Tests of judging exported answers. */
import { expect, test } from 'vitest';
import { agreement, prove, type Judgement } from './proof';

const judgement: Judgement = {
  runtime: 'r',
  pictures: 2,
  rule: { kind: 'difference', share: 1e-3 },
  classes: 3,
  accelerated: true,
  msPerPicture: 2,
  labels: null
};
const expected = { logits: [1, 2, 3, 30, 20, 10] };

test('equal answers pass, without noise', () => {
  const proof = prove(expected, { logits: [1, 2, 3, 30, 20, 10] }, judgement);
  expect(proof).toMatchObject({ maxDifference: 0, largest: 30, top1: 1, snrDb: null, passed: true });
});

test('a difference is judged as a share of the largest number', () => {
  expect(prove(expected, { logits: [1.02, 2, 3, 30, 20, 10] }, judgement).passed).toBe(true);
  const worse = prove(expected, { logits: [1.05, 2, 3, 30, 20, 10] }, judgement);
  expect(worse).toMatchObject({ passed: false, top1: 1 });
  expect(worse.snrDb).toBeCloseTo(10 * Math.log10((1 + 4 + 9 + 900 + 400 + 100) / 0.0025), 6);
});

test.each([
  ['a missing answer', {}],
  ['an answer of another length', { logits: [1, 2, 3] }],
  ['no number', { logits: [1, NaN, 3, 30, 20, 10] }],
  ['no number before a number', { logits: [NaN, 2, 3, 30, 20, 11] }]
])('%s fails', (_, got) => {
  expect(prove(expected, got, judgement)).toMatchObject({ passed: false, maxDifference: Infinity });
});

test('noise is judged by how far it lies below the answers', () => {
  const rule = { kind: 'noise', leastDb: 20 } as const;
  expect(prove(expected, { logits: [1, 2, 3, 33, 20, 10] }, { ...judgement, rule }).passed).toBe(true);
  expect(prove(expected, { logits: [1, 2, 3, 36, 20, 10] }, { ...judgement, rule }).passed).toBe(false);
  expect(prove(expected, {}, { ...judgement, rule }).passed).toBe(false);
  expect(prove(expected, expected, { ...judgement, rule }).passed).toBe(true);
});

test('accuracy is told of both where the labels are known', () => {
  const labels = Uint8Array.of(2, 1);
  expect(prove(expected, { logits: [1, 2, 3, 3, 9, 1] }, { ...judgement, labels }).accuracy).toEqual({
    network: 0.5,
    file: 1
  });
  expect(prove(expected, expected, judgement).accuracy).toBeNull();
});

test('a picture whose largest logit is another one disagrees', () => {
  expect(agreement([1, 2, 3, 3, 2, 1], [1, 2, 3, 1, 2, 3], 3)).toBe(0.5);
});

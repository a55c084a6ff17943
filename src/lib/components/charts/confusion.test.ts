/** @file Tests of the confusion matrix' geometry. */
import { describe, expect, test } from 'vitest';
import { confusedAt, confusionLayout, heatOf, mostConfused, pairAt, pairBeside, rowTotals } from './confusion';

/** Three classes: the second is taken for the first in a fifth of all cases, the third has no pictures. */
const three = {
  classes: ['shirt', 'coat', 'bag'],
  counts: [
    [9, 1, 0],
    [4, 16, 0],
    [0, 0, 0]
  ]
};

/** `n` classes with ten pictures each: nine right, one taken for the next class. */
function many(n: number) {
  const classes = Array.from({ length: n }, (_, i) => `class ${i}`);
  const at = (truth: number, answer: number): number => (truth === answer ? 9 : Number((truth + 1) % n === answer));
  return { classes, counts: classes.map((_, truth) => classes.map((__, answer) => at(truth, answer))) };
}

describe('mostConfused', () => {
  test('lists wrong answers only, the most frequent first, with their share of the true class', () => {
    expect(mostConfused(three, 9)).toEqual([
      { truth: 1, answer: 0, count: 4, share: 0.2 },
      { truth: 0, answer: 1, count: 1, share: 0.1 }
    ]);
  });

  test('takes the larger share of equals first', () => {
    const counts = [
      [8, 2],
      [2, 2]
    ];
    const answers = { classes: ['a', 'b'], counts };
    expect(mostConfused(answers, 1)).toEqual([{ truth: 1, answer: 0, count: 2, share: 0.5 }]);
  });
});

test('rowTotals and confusedAt count a class without pictures as nothing', () => {
  expect(rowTotals(three)).toEqual([10, 20, 0]);
  expect(confusedAt(three, { truth: 2, answer: 0 })).toEqual({ truth: 2, answer: 0, count: 0, share: 0 });
});

describe('confusionLayout', () => {
  test('puts the largest share into the strongest heat and leaves the diagonal out of it', () => {
    const layout = confusionLayout(three, 500);
    expect(layout.largest).toBe(0.2);
    expect(layout.heat.map((path) => path.split('M').length - 1)).toEqual([0, 0, 0, 1, 0, 1]);
    expect(layout.diagonal.split('M')).toHaveLength(4);
    expect(layout.recalls).toEqual([0.9, 0.8, null]);
  });

  test.each([
    [10, 520],
    [10, 358],
    [100, 620],
    [100, 358],
    [256, 358]
  ])('keeps %i classes within %i px, names at least a line apart', (n, width) => {
    const layout = confusionLayout(many(n), width);
    expect(layout.left + layout.side).toBeLessThanOrEqual(width);
    expect(layout.rows.length).toBeGreaterThan(2);
    const steps = layout.rows.slice(1).map((row, i) => row.at - (layout.rows[i]?.at ?? 0));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(14.9);
    if (n === 10) expect(layout.rows).toHaveLength(10);
  });

  test('cuts a long name and keeps the whole square', () => {
    const classes = ['a name that goes on and on', 'b'];
    const counts = [
      [1, 1],
      [0, 2]
    ];
    const layout = confusionLayout({ classes, counts }, 358);
    expect(layout.rows[0]?.text).toBe('a name that go…');
    expect(layout.left).toBeLessThanOrEqual(104);
  });

  test('draws no heat where every answer is right', () => {
    const counts = [
      [3, 0],
      [0, 4]
    ];
    const layout = confusionLayout({ classes: ['a', 'b'], counts }, 300);
    expect([layout.largest, layout.heat.join('')]).toEqual([0, '']);
  });
});

test('pairAt(layout, x, y) finds the cell of every centre and nothing beside the square', () => {
  const layout = confusionLayout(many(10), 520);
  const centre = (index: number): number => layout.cell * (index + 0.5);
  for (let truth = 0; truth < 10; truth++) {
    for (let answer = 0; answer < 10; answer++) {
      expect(pairAt(layout, layout.left + centre(answer), layout.top + centre(truth))).toEqual({ truth, answer });
    }
  }
  expect(pairAt(layout, layout.left - 1, layout.top + 4)).toBeNull();
  expect(pairAt(layout, layout.left + layout.side, layout.top)).toBeNull();
});

test('pairBeside(pair, key, classes) walks with the arrows and stops at the edges', () => {
  const walk = (keys: readonly string[]) =>
    keys.reduce((pair, key) => pairBeside(pair, key, 3) ?? pair, { truth: 0, answer: 0 });
  expect(walk(['ArrowDown', 'ArrowRight'])).toEqual({ truth: 1, answer: 1 });
  expect(walk(['ArrowUp', 'ArrowLeft'])).toEqual({ truth: 0, answer: 0 });
  expect(walk(['End', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown'])).toEqual({ truth: 2, answer: 2 });
  expect(pairBeside({ truth: 0, answer: 0 }, 'a', 3)).toBeNull();
});

test('heatOf(share, largest) has six equal steps', () => {
  expect([0.01, 0.04, 0.08, 0.11, 0.14, 0.2].map((share) => heatOf(share, 0.2))).toEqual([0, 1, 2, 3, 4, 5]);
});

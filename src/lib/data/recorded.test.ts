import { expect, test } from 'vitest';
import { openRecorded, whyNotRecorded } from './recorded';

const frames = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(4));

test.each([
  ['one class', [['a', 9]], 'at least two classes, got 1'],
  [
    'a class without a name',
    [
      ['a', 9],
      [' ', 9]
    ],
    'needs a name'
  ],
  [
    'two classes of one name',
    [
      ['a', 9],
      [' a', 9]
    ],
    '“a” is there twice'
  ],
  [
    'too few pictures of a class',
    [
      ['a', 9],
      ['b', 5]
    ],
    'at least 6 pictures of “b”, got 5'
  ]
] as const)('recorded pictures: %s is told', async (_, list, message) => {
  const classes = list.map(([name, count]) => ({ name, frames: frames(count) }));
  expect(whyNotRecorded(classes)).toContain(message);
  const read = await openRecorded('camera', classes, [2, 2, 1]);
  expect(read.kind === 'bad' && read.message).toContain(message);
});

test('two classes of six pictures are enough', () => {
  expect(whyNotRecorded(['a', 'b'].map((name) => ({ name, frames: frames(6) })))).toBe(null);
});

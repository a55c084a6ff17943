import { describe, expect, test } from 'vitest';
import { isCifarBatch, readCifar } from './cifar';
import { cifarBatch } from './pictures.fixture';

const names = (count: number): Uint8Array =>
  new TextEncoder().encode(Array.from({ length: count }, (_, i) => `class ${i}\n`).join(''));
const ten = (name: string) => ({ name, bytes: cifarBatch(12, 10) });
const hundred = (name: string) => ({ name, bytes: cifarBatch(12, 100) });

describe('readCifar', () => {
  test('turns planes into pixels and keeps each picture with its label', async () => {
    const data = await readCifar('c', [ten('data_batch_1.bin')], 1);
    const { images, labels, count } = data.splits.train;
    expect([data.shape, data.classes.length, count]).toEqual([[32, 32, 3], 10, 6]);
    for (let i = 0; i < count; i++) {
      const first = images[i * 3072]!;
      expect(labels[i]).toBe(first % 3);
      for (const [pixel, channel] of [
        [0, 1],
        [5, 2],
        [1023, 0]
      ] as const)
        expect(images[i * 3072 + pixel * 3 + channel]).toBe((first + 7 * (channel * 1024 + pixel)) & 255);
    }
  });

  test('takes the test batch as the test split and the names from beside', async () => {
    const files = [
      ten('x/test_batch.bin'),
      ten('x/data_batch_2.bin'),
      { name: 'x/batches.meta.txt', bytes: names(10) }
    ];
    const data = await readCifar('c', files, 1);
    expect([data.splits.train.count, data.splits.validation.count, data.splits.test.count]).toEqual([9, 3, 12]);
    expect(data.classes[3]).toBe('class 3');
  });

  test('takes the fine labels of CIFAR-100', async () => {
    const files = [hundred('train.bin'), hundred('test.bin'), { name: 'fine_label_names.txt', bytes: names(100) }];
    const data = await readCifar('c', files, 1);
    expect([data.classes.length, data.splits.test.count]).toEqual([100, 12]);
  });

  const wrong = (value: number) => {
    const bytes = cifarBatch(12, 10);
    bytes[5 * 3073] = value;
    return bytes;
  };
  const alone = (batch: Uint8Array, record: number, label: number) =>
    batch.map((value, at) => (at % record === 0 ? label : value));
  test.each([
    [
      'a cut batch',
      [{ name: 'data_batch_1.bin', bytes: cifarBatch(2, 10).subarray(0, 6145) }],
      'data_batch_1.bin: must be whole records of 3073 bytes, got 6145 bytes: 1 records and a rest'
    ],
    [
      'an empty batch',
      [{ name: 'train.bin', bytes: new Uint8Array(0) }],
      'train.bin: must be whole records of 3074 bytes, got 0 bytes'
    ],
    [
      'a label out of range',
      [{ name: 'data_batch_1.bin', bytes: wrong(10) }],
      'data_batch_1.bin: labels must be below 10, got 10 at picture 5'
    ],
    [
      'batches of both sets',
      [ten('data_batch_1.bin'), hundred('train.bin')],
      'train.bin: must be of the same set as data_batch_1.bin'
    ],
    [
      'a short list of names',
      [ten('data_batch_1.bin'), { name: 'batches.meta.txt', bytes: names(9) }],
      'batches.meta.txt: must name 10 classes, one a line, got 9'
    ],
    [
      'too few pictures',
      [{ name: 'data_batch_1.bin', bytes: cifarBatch(2, 10) }],
      'c: every split must get pictures, got 2 pictures of 2 classes'
    ],
    [
      'one class',
      [{ name: 'data_batch_1.bin', bytes: alone(cifarBatch(12, 10), 3073, 4) }],
      'c: must have pictures of at least two classes, got 12 of class 4 alone'
    ],
    [
      'one class to train on',
      [{ name: 'data_batch_1.bin', bytes: alone(cifarBatch(12, 10), 3073, 4) }, ten('test_batch.bin')],
      'c: must have at least two classes to train on, got 10 pictures of class 4 alone'
    ]
  ])('refuses %s', async (_, files, message) => {
    await expect(readCifar('c', files, 1)).rejects.toThrow(message);
  });
});

test.each([
  ['data_batch_1.bin', true],
  ['cifar-10/TEST_BATCH.bin', true],
  ['train.bin', true],
  ['mytrain.bin', false],
  ['group1-shard1of1.bin', false]
])('isCifarBatch(%s) is %s', (path, is) => {
  expect(isCifarBatch(path)).toBe(is);
});

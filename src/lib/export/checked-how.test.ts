/** @file Tests of what is said where nothing runs a file: every format is run, or says how it is checked. */
import { expect, test } from 'vitest';
import { checkedHow } from './checked-how';
import { formats, runtimeOf } from './choice';

test.each(formats)('%s is either run or explained, never both', (format) => {
  expect(checkedHow(format) === '').toBe(runtimeOf(format) !== null);
});

test('what is checked elsewhere says where, and what was not at hand is named', () => {
  expect(checkedHow('pytorch')).toContain('under PyTorch');
  expect(checkedHow('keras')).toContain('not on Keras itself');
});

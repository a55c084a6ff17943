/** @file Tests of what a preset says of itself on the command line. */
import { expect, test } from 'vitest';
import { aboutPreset } from './about';

test.each([
  ['v3-large', 'params       5.4 M published, 5.48 M counted: agrees, cut to the digits printed'],
  [
    'v3-large',
    'MAdds        219 M published, 216.59 M counted: convolutions and dense layers alone make 216.59 M, ' +
      'counted as fvcore it is 226.03 M; the printed number lies between'
  ],
  ['v1', 'MAdds        569 M published, 568.74 M counted: agrees, rounded']
])('%s explains its printed totals', (id, text) => {
  expect(aboutPreset(id)).toContain(text);
});

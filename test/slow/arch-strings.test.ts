/** @file Many more broken listings of timm and torchvision than the daily tests read, with another seed. */
import { expect, test } from 'vitest';
import { papers } from '../../src/lib/arch/presets/papers';
import { toTimm } from '../../src/lib/export/rows/timm';
import { toTorchvision } from '../../src/lib/export/rows/torchvision';
import { parseTimm } from '../../src/lib/import/rows/timm';
import { parseTorchvision } from '../../src/lib/import/rows/torchvision';
import { tryMutants } from '../support/arch-strings';

test.each([
  ['timm', toTimm, parseTimm],
  ['torchvision', toTorchvision, parseTorchvision]
] as const)('10,000 broken listings of %s', (_, write, read) => {
  const texts = papers.flatMap(({ arch }) => {
    const written = write(arch);
    return written.kind === 'ok' ? [written.text] : [];
  });
  expect(texts.length).toBeGreaterThan(2);
  tryMutants(read, texts, { numRuns: 10_000, seed: 20_261_122 });
});

/** @file Many more broken picture files than the daily tests read, with another seed: each is read or refused in words. */
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { test } from 'vitest';
import { decodePicture } from '../../src/cli/decode-node';
import { readers, tryBroken, type Reader } from '../support/broken-pictures';

const runs = { numRuns: 10_000, seed: 20_261_122 };

test.each(Object.entries(readers))('10,000 broken files of %s', async (_, reader) => {
  await tryBroken(reader, runs);
});

/** The command line's decoders, which throw what a folder then lists. */
const decoded = (good: Uint8Array): Reader => ({
  good,
  read: (bytes) =>
    decodePicture(bytes, 4, 4).then(
      () => ({ kind: 'ok' }),
      (error: unknown) => ({ kind: 'bad', message: String(error) })
    )
});
const pixels = Uint8Array.from({ length: 4 * 24 * 16 }, (_, i) => (i * 37) & 255);

test.each([
  ['PNG', encode({ width: 24, height: 16, channels: 4, data: pixels })],
  ['JPEG', new Uint8Array(jpeg.encode({ width: 24, height: 16, data: Buffer.from(pixels) }, 70).data)]
])('10,000 broken %s pictures are decoded or refused', async (_, good) => {
  await tryBroken(decoded(good), runs);
});

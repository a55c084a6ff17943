/** @file Workers: reads own pictures in a browser. */
import { expose, transfer } from 'comlink';
import { decodePicture } from './decode';
import { openDisk } from './disk';
import type { OnDecoded, PicturesAnswer, PicturesRequest } from './protocol';
import { createPicturesRunner } from './runner';

const run = createPicturesRunner({ decode: decodePicture, openDisk });

expose(async (request: PicturesRequest, onDecoded: OnDecoded): Promise<PicturesAnswer> => {
  const answer = await run(request, (done, total) => {
    if (done % 25 === 0 || done === total) onDecoded(done, total);
  });
  if (answer.kind !== 'ok') return answer;
  const { train, validation, test } = answer.dataset.splits;
  const buffers = new Set([train, validation, test].flatMap(({ images, labels }) => [images.buffer, labels.buffer]));
  return transfer(
    answer,
    [...buffers].filter((buffer) => buffer instanceof ArrayBuffer)
  );
});

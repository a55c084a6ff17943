/** @file Workers: opens files in a browser. */
import { expose, transfer } from 'comlink';
import type { Opened, OpenRequest } from './protocol';
import { openRequest } from './read-files';

expose(async (request: OpenRequest): Promise<Opened> => {
  const opened = await openRequest(request);
  if (opened.kind !== 'network' && opened.kind !== 'weights') return opened;
  const buffers = new Set(Object.values(opened.tensors).map(({ data }) => data.buffer));
  return transfer(
    opened,
    [...buffers].filter((buffer) => buffer instanceof ArrayBuffer)
  );
});

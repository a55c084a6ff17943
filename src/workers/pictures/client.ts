/** @file Workers: what the page may import to read own pictures: they are decoded in a worker of their own. */
import { proxy, wrap } from 'comlink';
import { m } from '$paraglide/messages';
import type { OnDecoded, PicturesAnswer, PicturesRequest } from './protocol';

/** Reads pictures, or reopens those of the last visit; throws what the worker died of. */
export async function readPictures(request: PicturesRequest, onDecoded: OnDecoded): Promise<PicturesAnswer> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const died = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(event.message || m.data_worker_died()));
    });
  });
  const read = wrap<(request: PicturesRequest, onDecoded: OnDecoded) => Promise<PicturesAnswer>>(worker);
  try {
    return await Promise.race([read(request, proxy(onDecoded)), died]);
  } finally {
    worker.terminate();
  }
}

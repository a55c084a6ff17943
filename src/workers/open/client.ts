/** @file Workers: what the page may import to open files: they are read in a worker of their own. */
import { wrap } from 'comlink';
import type { Opened, OpenRequest } from './protocol';

/** Opens files; throws what the worker died of. */
export async function openFiles(request: OpenRequest): Promise<Opened> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const died = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(event.message));
    });
  });
  try {
    return await Promise.race([wrap<(request: OpenRequest) => Promise<Opened>>(worker)(request), died]);
  } finally {
    worker.terminate();
  }
}

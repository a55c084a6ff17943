/** @file Workers: a replica in a browser. */
import type { ReplicaRequest } from '$lib/engine/simd/parallel-port';
import { createReplica } from './runner';

const handle = createReplica((answer) => {
  self.postMessage(answer);
});
self.addEventListener('message', ({ data }: MessageEvent<ReplicaRequest>) => {
  handle(data);
});

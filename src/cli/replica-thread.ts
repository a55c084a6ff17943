/** @file Command line: a replica in its own thread. */
import { parentPort } from 'node:worker_threads';
import { createReplica } from '$workers/replica/runner';
import { m } from '$paraglide/messages';

if (!parentPort) throw new Error(m.cli_thread());
const port = parentPort;
port.on(
  'message',
  createReplica((answer) => port.postMessage(answer))
);

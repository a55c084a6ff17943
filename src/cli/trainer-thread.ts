/** @file Command line: a trainer in its own thread. */
import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { createTrainer } from '$workers/trainer/runner';
import { m } from '$paraglide/messages';
import { nodePlatform } from './platform-node';

if (!parentPort) throw new Error(m.cli_thread());
expose(createTrainer(nodePlatform), nodeEndpoint(parentPort));

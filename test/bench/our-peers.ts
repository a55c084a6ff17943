/** @file Benchmarks: our two engines as peers of PyTorch. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Architecture } from '../../src/lib/arch/architecture';
import type { Engine, Network } from '../../src/lib/engine/engine';
import { loadCore, type Core } from '../../src/lib/engine/simd/load';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { plainClasses } from '../../src/lib/task/objective';
import { randomBatch } from '../support/small-networks';
import { nesterov } from '../support/updates';
import { openChild, serve } from './child-peer';
import { cpuOf, type Peer } from './peer';

const generated = `${process.cwd()}/src/lib/engine/simd/generated`;
const bytesOf = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${generated}/${name}.wasm`));

/** The best build of the core this Node runs, or the plain one. */
export function openCore(plain: boolean): Promise<Core> {
  return loadCore({ plain: bytesOf('core'), relaxed: plain ? new Uint8Array(0) : bytesOf('core-relaxed') });
}

/** Steps of a network on `count` random pictures; CPU times are scaled to `batch` pictures where it is given fewer. */
function peerOf(name: string, network: Network, count: number, batch: number): Peer {
  const data = randomBatch(network.arch, count, 1);
  const update = nesterov({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 });
  return {
    name,
    async steps(steps) {
      const spent: number[] = [];
      while (spent.length < steps) {
        spent.push(((await cpuOf(() => network.trainStep(data, plainClasses, update))) * batch) / count);
      }
      return spent;
    },
    dispose: () => network.dispose()
  };
}

/** Answers as the core's process, started by `coreAsPeer`; the memory it names is that after a step, and never shrinks. */
export async function serveCore(core: Core, arch: Architecture, batch: number): Promise<void> {
  const network = createSimdNetwork(core, arch, initTensors(lower(arch), 1), batch);
  const peer = peerOf(`core ${core.variant}`, network, batch, batch);
  await peer.steps(1);
  await serve(peer, { bytes: network.bytes });
}

/** The core in a process like this one. */
export async function coreAsPeer(core: Core, arch: Architecture): Promise<Peer & { readonly bytes: number }> {
  const script = process.argv[1] ?? '';
  const args = [...process.execArgv, script, '--serve', arch.name, ...(core.variant === 'plain' ? ['--plain'] : [])];
  const peer = await openChild(`core ${core.variant}`, process.execPath, { args });
  return { ...peer, bytes: Number(peer.hello['bytes']) };
}

/** Opens TensorFlow.js on a backend that runs in Node. */
export function openTfjs(backend: 'wasm' | 'cpu'): Promise<Engine> {
  const require = createRequire(`${process.cwd()}/package.json`);
  const folder = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
  return openTfjsEngine(backend, { wasmPaths: folder, threads: 1 });
}

/** TensorFlow.js on `count` pictures of the batch. */
export async function tfjsAsPeer(
  backend: 'wasm' | 'cpu',
  arch: Architecture,
  count: number,
  batch: number
): Promise<Peer> {
  const engine = await openTfjs(backend);
  const network = await engine.createNetwork(arch, initTensors(lower(arch), 1), batch);
  return peerOf(`TensorFlow.js ${backend}`, network, count, batch);
}

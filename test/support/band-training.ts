/** @file Test support: short trainings of a small network on drawn pictures, by the real runner on real engines. */
import type { Engine, Network } from '$lib/engine/engine';
import { openSimdEngine } from '$lib/engine/simd/network';
import { openParallelEngine } from '$lib/engine/simd/parallel-engine';
import type { SpawnReplica } from '$lib/engine/simd/parallel-port';
import { openTfjsEngine } from '$lib/engine/tfjs/network';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { openEngine, type ChoiceMemory, type EngineDoors } from '$workers/open-engine';
import type { Platform } from '$workers/platform';
import type { TrainEvent, TrainRequest } from '$workers/train/protocol';
import { createTrainRunner } from '$workers/train/runner';
import { request } from './bands';
import { coreOfTests } from './simd-core';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
/** The engines of this machine; several workers where their threads are given. */
export const doorsOf = (spawn?: SpawnReplica): EngineDoors => ({
  simd: async (workers = 1) => {
    const core = await coreOfTests();
    return spawn && workers > 1 ? openParallelEngine(core, spawn, { workers }) : openSimdEngine(core);
  },
  tfjs: (backend) => openTfjsEngine(backend, { wasmPaths }),
  backends: ['wasm', 'cpu']
});

/** Engines whose core has one worker, whatever is asked. */
export const doors = doorsOf();

/** A network's own doors, some of them replaced. */
function changed(network: Network, changes: Partial<Network>): Network {
  const { arch } = network;
  return {
    arch,
    trainStep: (...given) => network.trainStep(...given),
    forward: (...given) => network.forward(...given),
    outputs: (...given) => network.outputs(...given),
    activations: (...given) => network.activations(...given),
    read: () => network.read(),
    readAveraged: () => network.readAveraged(),
    write: (tensors) => network.write(tensors),
    readState: () => network.readState(),
    writeState: (state) => network.writeState(state),
    dispose: () => network.dispose(),
    ...changes
  };
}

/** `doors` whose TensorFlow.js networks do some things otherwise. */
export function doorsWithTfjs(change: (network: Network) => Partial<Network>): EngineDoors {
  return {
    ...doors,
    async tfjs(backend) {
      const engine = await doors.tfjs(backend);
      const createNetwork: Engine['createNetwork'] = async (...what) => {
        const network = await engine.createNetwork(...what);
        return changed(network, change(network));
      };
      return { ...engine, createNetwork };
    }
  };
}

function memoryOfTests(): ChoiceMemory {
  const kept = new Map<string, string>();
  return {
    device: 'test',
    recall: (key) => Promise.resolve(kept.get(key) ?? null),
    remember: (key, text) => Promise.resolve(void kept.set(key, text))
  };
}

/** A machine of one core, unless more is said. */
export function platformOf(engines: EngineDoors = doors, machine: Partial<Platform> = {}): Platform {
  const unused = (): Promise<never> => Promise.reject(new Error('not part of this test'));
  return {
    clock: () => performance.now(),
    now: () => '2000-01-01T00:00:00Z',
    cores: 1,
    isolated: true,
    engines,
    memory: memoryOfTests(),
    bundled: unused,
    openEngine: (choice) => openEngine(choice, engines),
    openRuntime: unused,
    runtimes: { onnx: unused, litert: unused, tfjs: unused },
    spawnTrainer: unused,
    ...machine
  };
}

/** Runs to the end; answers it with every event. */
export async function run(changes: Partial<TrainRequest> = {}, platform = platformOf()) {
  const events: TrainEvent[] = [];
  const end = await createTrainRunner(platform).run({ ...request, ...changes }, (event) => {
    events.push(event);
    return Promise.resolve();
  });
  const of = <K extends TrainEvent['kind']>(kind: K) =>
    events.filter((event): event is TrainEvent & { kind: K } => event.kind === kind);
  return { end, events, of };
}

/** What a run ended with; throws what went wrong. */
export function resultOf({ end }: Pick<Awaited<ReturnType<typeof run>>, 'end'>): Checkpoint {
  if (end.kind === 'failed' || !end.result) throw new Error(end.kind === 'failed' ? end.reason : 'no result');
  return end.result;
}

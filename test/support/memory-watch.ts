/** @file Test support: what a process holds that --expose-gc does not show: wasm memories, tensors, resident memory. */
import { memory } from '@tensorflow/tfjs';
import type { Held } from './memory-report';

/** Wasm memories made, and those that were given back. */
let made = 0;
let collected = 0;

/** Counts every wasm memory that is made from now on. */
export function countMemories(): void {
  const registry = new FinalizationRegistry(() => (collected += 1));
  const Original = WebAssembly.Memory;
  WebAssembly.Memory = class extends Original {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made += 1;
      registry.register(this, made);
    }
  };
}

/** Wasm memories made since they are counted, and how many of them are still there. */
export const memories = () => ({ memoriesMade: made, memoriesLeft: made - collected });

/** Collects until nothing more is found: finalisers run between two tasks. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resident memory of the process in MiB. */
export const resident = (): number => Math.round(process.memoryUsage().rss / 2 ** 20);

/** What TensorFlow.js holds. */
export function tensorsHeld(): Omit<Held, 'bytes'> {
  const { numTensors, numBytes } = memory();
  return { tensors: numTensors, tensorBytes: numBytes };
}

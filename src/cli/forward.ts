/** @file Command line: one forward pass in the engine asked for, its answers with their shapes. */
import type { Architecture } from '$lib/arch/architecture';
import type { Network } from '$lib/engine/engine';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { Tensors } from '$lib/weights/checkpoint';
import type { EngineChoice } from '$workers/choice';
import { nodePlatform } from './platform-node';

/** One answer: the map of an op for all pictures. */
export interface RunOutput {
  /** The op that gave it. */
  readonly id: string;
  /** The row it stands for, counted from 0; null for the one answer of a head. */
  readonly row: number | null;
  /** [count, classes], [count, rows, numbers] or [count, h, w, c]. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What runs. */
export interface RunNetwork {
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly engine: EngineChoice;
}

/** Pictures that go through the network at once. */
const atOnce = 8;

/** Logits lose their 1x1 map, detections their first axis of one; maps keep theirs. */
function shapeOf({ head }: Architecture, out: readonly number[], count: number): readonly number[] {
  if (head.kind === 'classifier') return [count, out[2] ?? 1];
  return head.kind === 'ssdlite' ? [count, ...out.slice(1)] : [count, ...out];
}

/** Runs pictures [count, h, w, c]; `build` is what ran. Rejects with the engine's reason. */
export async function forwardOf(
  { arch, tensors, engine: choice }: RunNetwork,
  images: Float32Array,
  count: number
): Promise<{ readonly outputs: readonly RunOutput[]; readonly build: string }> {
  const { ops, outputs: ids } = lowerWithOutputs(arch);
  const rows = arch.head.kind === 'features' ? arch.head.outIndices : [];
  const { engine } = await nodePlatform.openEngine(choice);
  const network: Network = await engine.createNetwork(arch, tensors, Math.min(count, atOnce));
  const parts: Record<string, Float32Array>[] = [];
  const pixels = images.length / count;
  try {
    for (let from = 0; from < count; from += atOnce) {
      const to = Math.min(count, from + atOnce);
      parts.push(await network.activations(images.subarray(from * pixels, to * pixels), to - from, ids));
    }
  } finally {
    network.dispose();
  }
  const outputs = ids.map((id, i) => {
    const op = ops.find((candidate) => candidate.id === id);
    const shape = shapeOf(arch, op?.out ?? arch.input, count);
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
    let at = 0;
    for (const part of parts) {
      const values = part[id] ?? new Float32Array();
      data.set(values, at);
      at += values.length;
    }
    return { id, row: rows[i] ?? null, shape, data };
  });
  return { outputs, build: engine.build };
}

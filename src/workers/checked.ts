/** @file Workers: the proof that the core trained what TensorFlow.js answers for: both on the same weights and pictures. */
import { normalise } from '$lib/data/batches';
import type { Dataset } from '$lib/data/dataset';
import { CHECK_PICTURES, mustAgree, openFramedEngine, type FramedNetwork } from '$lib/engine/framed';
import type { Checked, Checkpoint } from '$lib/weights/checkpoint';
import { openFrame } from './open-engine';
import type { Platform } from './platform';

/** Compares the two engines of a network on the first validation pictures; throws a sentence when they disagree by more than float32 explains. */
export async function checkNetwork(network: FramedNetwork, dataset: Dataset, core: string): Promise<Checked> {
  const { shape, splits } = dataset;
  const count = Math.min(CHECK_PICTURES, splits.validation.count);
  const images = new Float32Array(count * shape[0] * shape[1] * shape[2]);
  normalise(
    dataset,
    'validation',
    Uint32Array.from({ length: count }, (_, i) => i),
    images
  );
  const checked = await network.compare(images, count);
  mustAgree(checked, core);
  return checked;
}

/**
 * The checkpoint with what TensorFlow.js answers on its weights; one that the core did not train comes back as it is.
 * Throws a sentence when the engines disagree or TensorFlow.js does not open.
 */
export async function checkedCheckpoint(
  platform: Platform,
  dataset: Dataset,
  checkpoint: Checkpoint
): Promise<Checkpoint> {
  const { from, arch, tensors } = checkpoint;
  if (!from.engine.startsWith('simd ')) return checkpoint;
  const engine = openFramedEngine(await platform.engines.simd(), await openFrame(platform.engines));
  const network = await engine.createNetwork(arch, tensors, CHECK_PICTURES);
  try {
    return { ...checkpoint, from: { ...from, checked: await checkNetwork(network, dataset, engine.build) } };
  } finally {
    network.dispose();
  }
}

/** @file Test support: every op's output as TensorFlow.js computes it; the caller opens a backend first. */
import { tensor, tensor4d, tidy, type Tensor } from '@tensorflow/tfjs';
import type { Shape } from '../../src/lib/arch/architecture';
import { forwardAll } from '../../src/lib/engine/tfjs/forward';
import type { Op } from '../../src/lib/ops/op';
import type { Tensors } from '../../src/lib/weights/checkpoint';

export interface OpOutput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The outputs by op id, in inference, of as many pictures (NHWC) as `images` holds. */
export function outputsInTfjs(
  ops: readonly Op[],
  tensors: Tensors,
  images: Float32Array,
  [height, width, channels]: Shape
): ReadonlyMap<string, OpOutput> {
  const found = new Map<string, OpOutput>();
  tidy(() => {
    const held = new Map<string, Tensor>(
      Object.entries(tensors).map(([name, { shape, data }]) => [name, tensor(data, [...shape])])
    );
    const tensorOf = (name: string): Tensor => {
      const value = held.get(name);
      if (!value) throw new Error(`tensor ${name} must be given`);
      return value;
    };
    const batch = images.length / (height * width * channels);
    const pictures = tensor4d(images, [batch, height, width, channels]);
    const values = forwardAll(ops, pictures, { tensorOf, mode: { kind: 'inference' } });
    for (const [id, value] of values) found.set(id, { shape: value.shape, data: value.dataSync<'float32'>() });
  });
  return found;
}

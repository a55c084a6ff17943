/** @file Step 4, network: a trained network whose answers are learned from beside the labels. */
import type { Teaching } from '$lib/task/objective';

export interface Tutor {
  /** How its answers enter the loss. */
  readonly teaching: Teaching;
  /** Its logits [count, classes] for the pictures of a step, as they are shown: mirrored, cropped and cut out. */
  logits(images: Float32Array, count: number): Promise<Float32Array>;
}

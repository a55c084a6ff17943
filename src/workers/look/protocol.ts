/** @file Workers: looking into a trained network, picture by picture, as messages. */
import type { Shape } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { DataChoice } from '../choice';

/** The validation pictures one can choose from. */
export interface Album {
  readonly count: number;
  readonly shape: Shape;
  readonly classes: readonly string[];
}

/** Some pictures, uint8 [count, height, width, channels], with their labels; scenes have none. */
export interface Pictures {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array | null;
}

/** An op's output on the picture. */
export interface SeenMap {
  readonly id: string;
  readonly kind: Op['kind'];
  readonly shape: Shape;
  /** Channels given here, the first ones; at most 64. */
  readonly channels: number;
  /** Float32 [height, width, channels]. */
  readonly values: Float32Array;
}

/** What a network makes of one picture. */
export interface Look {
  /** The class of the picture; scenes have none. */
  readonly label: number | null;
  /** Uint8 [height, width, channels]. */
  readonly pixels: Uint8Array;
  /** Softmax over the classes; null where the network answers with a mask or boxes. */
  readonly probabilities: Float32Array | null;
  readonly maps: readonly SeenMap[];
}

/** What the worker offers; every call may reject with a sentence. */
export interface LookRunner {
  /** Loads the pictures, scenes to the size of a network's input; call it first. */
  open(data: DataChoice, input: Shape): Promise<Album>;
  pictures(from: number, count: number): Promise<Pictures>;
  look(checkpoint: Checkpoint, picture: number): Promise<Look>;
}

/** @file Components: looks into a trained network with a picture, after laying out the pictures where nobody has. */
import type { Looking } from '$lib/state/looking.svelte';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { DataChoice } from '$workers/choice';

/** A trained network and the pictures it was judged on; null where one of them was not kept. */
export interface Trained {
  readonly checkpoint: Checkpoint | null;
  readonly data: DataChoice | null;
}

/** Looks at a picture; nothing happens where network or pictures are missing. */
export async function lookInto(looking: Looking, { checkpoint, data }: Trained, picture: number): Promise<void> {
  if (!checkpoint || !data) return;
  if (!looking.album) await looking.begin(data, checkpoint.arch.input);
  await looking.show(checkpoint, picture);
}

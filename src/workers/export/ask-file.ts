/** @file Workers: asks an opened file for its answers, portion by portion of the pictures, and keeps the time that takes. */
import type { Architecture } from '$lib/arch/architecture';
import type { Answers } from '$lib/export/proof';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { RuntimeModel } from '$lib/runtimes/runtime';

/** What is known of a file before it is asked. */
export interface AskedFile {
  readonly arch: Architecture;
  /** Whether answers have the names of the table's ops, or only their order. */
  readonly named: boolean;
  /** How many pictures it takes at once; any number where it is null. */
  readonly batch: number | null;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** The table's answers for outputs that come in its order; those that name a row twice may give it once. */
function inOrder(arch: Architecture, count: number): readonly string[] {
  const { outputs } = lowerWithOutputs(arch);
  return count === outputs.length ? outputs : [...new Set(outputs)];
}

/** A file being asked. */
export class AskedModel {
  private readonly times: number[] = [];

  constructor(
    private readonly run: RuntimeModel['run'],
    private readonly file: AskedFile
  ) {}

  /** Answers by the id of the op that gives them, for `count` pictures; zeros fill up a file that takes more. */
  async answer(images: Float32Array, count: number): Promise<Answers> {
    const { arch, named, batch, clock } = this.file;
    const taken = batch ?? count;
    let given = images;
    if (taken > count) {
      given = new Float32Array((images.length / count) * taken);
      given.set(images);
    }
    const began = clock();
    const found = await this.run(given, taken);
    this.times.push((clock() - began) / taken);
    const ids = named ? [] : inOrder(arch, found.length);
    return Object.fromEntries(
      found.map(({ name, data }, i) => [ids[i] ?? name, data.subarray(0, (data.length / taken) * count)])
    );
  }

  /** The median portion, the first left out where there are others, as it warms up; null before any. */
  get msPerPicture(): number | null {
    const counted = this.times.length > 1 ? this.times.slice(1) : this.times;
    return counted.toSorted((a, b) => a - b)[counted.length >> 1] ?? null;
  }
}

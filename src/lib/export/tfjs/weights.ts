/** @file Step 8, export: the files of weights beside a TensorFlow.js model. */

/** One file of weights, by the path that `model.json` names. */
export interface WeightsFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** TensorFlow.js cuts weights into files of this size, so that browsers keep them. */
const shardBytes = 4 * 1024 * 1024;

/** All numbers end to end (little endian, as every engine in use keeps them), cut into files. */
export function toShards(numbers: readonly (Float32Array | Int32Array)[]): WeightsFile[] {
  const total = numbers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const data of numbers) {
    all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const count = Math.max(1, Math.ceil(total / shardBytes));
  return Array.from({ length: count }, (_, i) => ({
    path: `group1-shard${i + 1}of${count}.bin`,
    bytes: all.subarray(i * shardBytes, (i + 1) * shardBytes)
  }));
}

/** @file Data: the IDX format of MNIST and its kin (magic 00 00 08 nd, big-endian sizes), plain or gzip. */
import { rngOf } from '$lib/base/rng';
import { assemble, type Pictures } from './assemble';
import type { Dataset } from './dataset';
import { inflate } from './inflate';
import { splitIndices } from './split';

/** One named file, as a picker, a drop or a disk hands it over. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One uint8 array with its sizes. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An images file and its labels file. */
export interface IdxPair {
  readonly images: NamedBytes;
  readonly labels: NamedBytes;
}

export interface IdxOptions {
  readonly id: string;
  readonly pair: IdxPair;
  /** The set's own test pair; without it a share of `pair` becomes the test split. */
  readonly test?: IdxPair;
  readonly classes?: readonly string[];
  readonly seed: number;
}

/** Reads one IDX or IDX.gz file of unsigned bytes; throws naming the file, the rule and the value. */
export async function readIdx({ name, bytes }: NamedBytes): Promise<IdxArray> {
  let raw: Uint8Array;
  try {
    raw = await inflate(bytes);
  } catch (cause) {
    throw new Error(`${name}: must be a whole gzip stream, got a damaged one`, { cause });
  }
  const magic = Array.from(raw.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const dimensions = raw[3] ?? 0;
  if (raw.length < 4 || raw[0] !== 0 || raw[1] !== 0 || raw[2] !== 8 || dimensions < 1)
    throw new Error(
      `${name}: an IDX file must open with 00 00 08 and its number of dimensions, got ${magic || 'nothing'}`
    );
  const header = 4 + 4 * dimensions;
  if (raw.length < header) throw new Error(`${name}: header must be ${header} bytes, got a file of ${raw.length}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, side) => product * side, 1);
  if (raw.length !== header + size)
    throw new Error(`${name}: ${shape.join('x')} must be ${header + size} bytes, got ${raw.length}`);
  return { shape, data: raw.subarray(header) };
}

async function readPair(pair: IdxPair): Promise<Omit<Pictures, 'classes'>> {
  const [images, labels] = [await readIdx(pair.images), await readIdx(pair.labels)];
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (images.shape.length < 3 || images.shape.length > 4)
    throw new Error(
      `${pair.images.name}: images must be [n, height, width] or with channels, got ${images.shape.join('x')}`
    );
  if (labels.shape.length !== 1)
    throw new Error(`${pair.labels.name}: labels must be [n], got ${labels.shape.join('x')}`);
  if (labels.shape[0] !== count)
    throw new Error(`${pair.labels.name}: must have one label for each of ${count} pictures, got ${labels.shape[0]}`);
  if (count * height * width * channels === 0)
    throw new Error(`${pair.images.name}: must have at least one picture, got ${images.shape.join('x')}`);
  return { shape: [height, width, channels], images: images.data, labels: labels.data };
}

/**
 * Reads an IDX pair into a dataset: a sixth of the pictures to validation and, without a test pair, a sixth to test,
 * stratified by seed. Throws naming the file, the rule and the value.
 */
export async function readIdxDataset({ id, pair, test, classes, seed }: IdxOptions): Promise<Dataset> {
  const own = await readPair(pair);
  const other = test ? await readPair(test) : null;
  if (test && other && own.shape.join('x') !== other.shape.join('x'))
    throw new Error(`${test.images.name}: pictures must be ${own.shape.join('x')}, got ${other.shape.join('x')}`);
  const labels = new Uint8Array([...own.labels, ...(other?.labels ?? [])]);
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  const names = classes ?? Array.from({ length: most + 1 }, (_, i) => String(i));
  if (names.length < 2) throw new Error(`${pair.labels.name}: must have at least two classes, got ${names.length}`);
  if (most >= names.length) throw new Error(`${pair.labels.name}: labels must be below ${names.length}, got ${most}`);
  const images = new Uint8Array(own.images.length + (other?.images.length ?? 0));
  images.set(own.images);
  if (other) images.set(other.images, own.images.length);
  const parts = splitIndices(own.labels, { validation: 1 / 6, test: test ? 0 : 1 / 6 }, rngOf(seed));
  const indices = other ? { ...parts, test: Array.from(other.labels, (_, i) => own.labels.length + i) } : parts;
  return assemble(id, { shape: own.shape, classes: names, images, labels }, indices);
}

/** @file Data: the IDX format of MNIST and its kin (magic 00 00 08 nd, big-endian sizes), plain or gzip. */
import { rngOf } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import { assemble, type Pictures } from './assemble';
import type { ClassSet, SplitName } from './dataset';
import { inflate, InflateLimit } from './inflate';
import { splitGiven } from './split';
import { whyNotTeachable } from './teachable';

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
    const message =
      cause instanceof InflateLimit ? m.data_set_file({ name, message: cause.message }) : m.data_idx_damaged({ name });
    throw new Error(message, { cause });
  }
  const magic = Array.from(raw.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const dimensions = raw[3] ?? 0;
  if (raw.length < 4 || raw[0] !== 0 || raw[1] !== 0 || raw[2] !== 8 || dimensions < 1)
    throw new Error(magic ? m.data_idx_magic({ name, got: magic }) : m.data_idx_no_bytes({ name }));
  const header = 4 + 4 * dimensions;
  if (raw.length < header) throw new Error(m.data_idx_header({ name, want: header, got: raw.length }));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, side) => product * side, 1);
  if (raw.length !== header + size)
    throw new Error(m.data_idx_length({ name, shape: shape.join('x'), want: header + size, got: raw.length }));
  return { shape, data: raw.subarray(header) };
}

async function readPair(pair: IdxPair): Promise<Omit<Pictures, 'classes'>> {
  const [images, labels] = [await readIdx(pair.images), await readIdx(pair.labels)];
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (images.shape.length < 3 || images.shape.length > 4)
    throw new Error(m.data_idx_images({ name: pair.images.name, got: images.shape.join('x') }));
  if (labels.shape.length !== 1)
    throw new Error(m.data_idx_labels({ name: pair.labels.name, got: labels.shape.join('x') }));
  if (labels.shape[0] !== count)
    throw new Error(m.data_idx_pairs({ name: pair.labels.name, want: count, got: labels.shape[0] ?? 0 }));
  if (count * height * width * channels === 0)
    throw new Error(m.data_idx_empty({ name: pair.images.name, got: images.shape.join('x') }));
  return { shape: [height, width, channels], images: images.data, labels: labels.data };
}

/**
 * Reads an IDX pair into a dataset: a sixth of the pictures to validation and, without a test pair, a sixth to test,
 * stratified by seed. Throws naming the file, the rule and the value.
 */
export async function readIdxDataset({ id, pair, test, classes, seed }: IdxOptions): Promise<ClassSet> {
  const own = await readPair(pair);
  const other = test ? await readPair(test) : null;
  if (test && other && own.shape.join('x') !== other.shape.join('x'))
    throw new Error(
      m.data_idx_shapes({ name: test.images.name, want: own.shape.join('x'), got: other.shape.join('x') })
    );
  const labels = new Uint8Array([...own.labels, ...(other?.labels ?? [])]);
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  const names = classes ?? Array.from({ length: most + 1 }, (_, i) => String(i));
  if (most >= names.length)
    throw new Error(m.data_idx_below({ name: pair.labels.name, classes: names.length, got: most }));
  const images = new Uint8Array(own.images.length + (other?.images.length ?? 0));
  images.set(own.images);
  if (other) images.set(other.images, own.images.length);
  const given = Array.from(labels, (_, i): SplitName | null => (i < own.labels.length ? null : 'test'));
  const indices = splitGiven(labels, given, rngOf(seed));
  const reason = whyNotTeachable(pair.labels.name, { classes: names, labels }, indices);
  if (reason !== null) throw new Error(reason);
  return assemble(id, { shape: own.shape, classes: names, images, labels }, indices);
}

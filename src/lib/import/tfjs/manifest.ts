/** @file Import: the tensors of a TensorFlow.js model: a manifest of names and shapes over shards of bytes, all bounds checked. */
import { fromHalf } from '$lib/weights/half';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { fields, items, number, text, whole, type Fields } from './json';

/** A tensor of the file; whole numbers are kept as floats. */
export interface FileTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly whole: boolean;
}

/** Shards by the path the manifest names, or by the last part of it. */
export type Shards = ReadonlyMap<string, Uint8Array>;

const sizes: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };

/** A shard at its path; throws where it is missing, or was asked for before: a file would grow without end. */
function shardAt(shards: Shards, path: string, taken: Set<Uint8Array>): Uint8Array {
  const bytes = shards.get(path) ?? shards.get(path.slice(path.lastIndexOf('/') + 1));
  if (!bytes) throw new NotUnderstood(path, m.import_tfjs_shard({ path }));
  if (taken.has(bytes)) throw new NotUnderstood(path, m.import_tfjs_twice());
  taken.add(bytes);
  return bytes;
}

/** The bytes of one group of the manifest, end to end. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** How the numbers are stored. */
  readonly stored: string;
  readonly whole: boolean;
  readonly scale: number;
  readonly min: number;
}

function specOf(value: unknown): Spec {
  const spec = fields('weightsManifest', value);
  const name = text('weightsManifest', spec['name']);
  const dtype = text(name, spec['dtype']);
  const shape = items(name, spec['shape']).map((side) => whole(name, side));
  const count = shape.reduce((product, side) => product * side, 1);
  const quantized = spec['quantization'] === undefined ? null : fields(name, spec['quantization']);
  const stored = quantized ? text(name, quantized['dtype']) : dtype;
  if (!Object.hasOwn(sizes, stored) || (quantized && stored === 'int32')) {
    throw new NotUnderstood(name, m.import_tfjs_dtype({ dtype: stored }));
  }
  const affine = quantized !== null && stored.startsWith('uint');
  return {
    name,
    shape,
    count,
    stored,
    whole: dtype !== 'float32' && dtype !== 'float16',
    scale: affine ? number(name, quantized['scale']) : 1,
    min: affine ? number(name, quantized['min']) : 0
  };
}

function numbersOf({ count, stored, scale, min, whole: integer }: Spec, bytes: DataView): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    if (stored === 'float32') out[i] = bytes.getFloat32(4 * i, true);
    else if (stored === 'int32') out[i] = bytes.getInt32(4 * i, true);
    else if (stored === 'float16') out[i] = fromHalf(bytes.getUint16(2 * i, true));
    else {
      const code = stored === 'uint16' ? bytes.getUint16(2 * i, true) : bytes.getUint8(i);
      out[i] = integer ? Math.round(code * scale + min) : code * scale + min;
    }
  }
  return out;
}

/** Reads every tensor of `weightsManifest`; throws `NotUnderstood` when a shard is missing or holds another count of bytes. */
export function readManifest(model: Fields, shards: Shards): ReadonlyMap<string, FileTensor> {
  const tensors = new Map<string, FileTensor>();
  const taken = new Set<Uint8Array>();
  for (const value of items('weightsManifest', model['weightsManifest'])) {
    const group = fields('weightsManifest', value);
    const paths = items('weightsManifest', group['paths']).map((path) => text('weightsManifest', path));
    const specs = items('weightsManifest', group['weights']).map(specOf);
    const parts = paths.map((path) => shardAt(shards, path, taken));
    const needed = specs.reduce((sum, { count, stored }) => sum + count * (sizes[stored] ?? 1), 0);
    const held = parts.reduce((sum, part) => sum + part.length, 0);
    if (needed !== held) {
      throw new NotUnderstood(paths[0] ?? 'weightsManifest', m.import_tfjs_bytes({ bytes: held, needed }));
    }
    const bytes = joined(parts);
    let at = 0;
    for (const spec of specs) {
      const size = spec.count * (sizes[spec.stored] ?? 1);
      const data = numbersOf(spec, new DataView(bytes.buffer, at, size));
      if (tensors.has(spec.name)) throw new NotUnderstood(spec.name, m.import_tfjs_twice());
      tensors.set(spec.name, { shape: spec.shape, data, whole: spec.whole });
      at += size;
    }
  }
  return tensors;
}

/** @file Step 4, network: reads and writes the safetensors format (u64 header length, JSON header, raw tensors). */
import type { Issue } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import type { Tensor, Tensors } from './checkpoint';
import { toFloat32, wordBytes } from './dtypes';
import { decodeUtf8, duplicateKey, encodeJson } from './header-text';

export type Safetensors =
  | { readonly kind: 'ok'; readonly tensors: Tensors; readonly metadata: Readonly<Record<string, string>> }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** The largest header the format allows. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_RANK = 16;
const FORBIDDEN = new Set(['', '__proto__', 'constructor', 'prototype']);

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
/** Letters and entries of a value that are shown. */
const MOST_SHOWN = 60;

/** A value in a message: what it holds inside lists and objects may be too deep to be written out. */
function show(value: unknown): string {
  if (value === undefined) return m.weights_nothing();
  const inner = (entry: unknown): string =>
    typeof entry === 'object' && entry !== null
      ? '…'
      : JSON.stringify(typeof entry === 'string' ? entry.slice(0, MOST_SHOWN) : entry);
  if (Array.isArray(value)) return `[${value.slice(0, MOST_SHOWN).map(inner).join()}]`.slice(0, MOST_SHOWN);
  if (isObject(value)) return Object.keys(value).length === 0 ? '{}' : '{…}';
  return inner(value).slice(0, MOST_SHOWN);
}

function readMetadata(value: unknown, issues: Issue[]): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    issues.push({ path: '__metadata__', message: m.weights_metadata_object({ got: show(value) }) });
    return {};
  }
  const pairs: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    const path = `__metadata__.${key}`;
    if (FORBIDDEN.has(key)) issues.push({ path, message: m.weights_name() });
    else if (typeof text !== 'string') issues.push({ path, message: m.weights_metadata_text({ got: show(text) }) });
    else pairs.push([key, text]);
  }
  return Object.fromEntries(pairs);
}

function readEntry(name: string, value: unknown, issues: Issue[]): Entry | null {
  const refuse = (field: string, message: string): null => {
    issues.push({ path: field ? `${name}.${field}` : name, message });
    return null;
  };
  if (FORBIDDEN.has(name)) return refuse('', m.weights_name_tensor());
  if (!isObject(value)) return refuse('', m.weights_object({ got: show(value) }));
  const { dtype, shape, data_offsets: offsets } = value;
  const word = typeof dtype === 'string' ? wordBytes(dtype) : undefined;
  if (typeof dtype !== 'string' || word === undefined) return refuse('dtype', m.weights_dtype({ got: show(dtype) }));
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize))
    return refuse('shape', m.weights_sides({ most: MAX_RANK, got: show(shape) }));
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return refuse('data_offsets', m.weights_offsets({ got: show(offsets) }));
  const [begin = 0, end = 0] = offsets;
  const bytes = shape.reduce((product, side) => product * side, word);
  if (end - begin !== bytes) {
    const sides = `[${shape.join(', ')}]`;
    return refuse('data_offsets', m.weights_span({ dtype, shape: sides, want: bytes, got: end - begin }));
  }
  return { name, dtype, shape, begin, end };
}

/** The data must be covered by the tensors exactly once, without holes, as the format demands. */
function checkCover(entries: readonly Entry[], dataBytes: number, issues: Issue[]): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const path = `${name}.data_offsets`;
    if (begin < at) issues.push({ path, message: m.weights_overlap({ want: at, got: begin }) });
    else if (begin > at) issues.push({ path, message: m.weights_hole({ want: at, got: begin }) });
    at = Math.max(at, end);
  }
  if (at !== dataBytes) issues.push({ path: '', message: m.weights_span_all({ want: dataBytes, got: at }) });
}

/** Reads a safetensors file (every number type of the format as float32); anything wrong becomes issues, never an exception. */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const bad = (message: string): Safetensors => ({ kind: 'bad', issues: [{ path: '', message }] });
  if (bytes.length < 8) return bad(m.weights_file_short({ least: 8, got: bytes.length }));
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER_BYTES, bytes.length - 8);
  if (length > BigInt(most)) return bad(m.weights_header_length({ most, got: String(length) }));
  const start = 8 + Number(length);
  const text = decodeUtf8(bytes.subarray(8, start));
  if (text === null) return bad(m.weights_header_utf8());
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    return bad(m.weights_header_json({ reason: reasonOf(error) }));
  }
  if (!isObject(header)) return bad(m.weights_header_object({ got: show(header) }));
  const twice = duplicateKey(text);
  if (twice !== null) return bad(m.weights_header_twice({ key: twice }));

  const issues: Issue[] = [];
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(value, issues);
    else {
      const entry = readEntry(name, value, issues);
      if (entry) entries.push(entry);
    }
  }
  if (issues.length === 0) checkCover(entries, bytes.length - start, issues);
  if (issues.length > 0) return { kind: 'bad', issues };
  const pairs = entries.map(({ name, dtype, shape, begin, end }): [string, Tensor] => {
    // A copy: typed views need an aligned start. Every JavaScript engine in use is little-endian, as the format.
    return [name, { shape, data: toFloat32(bytes.slice(start + begin, start + end), dtype) }];
  });
  return { kind: 'ok', tensors: Object.fromEntries(pairs), metadata };
}

/** Writes tensors (F32, in the order given) and string metadata as safetensors bytes; equal input gives equal bytes. */
export function writeSafetensors(tensors: Tensors, metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const size = shape.reduce((product, side) => product * side, 1);
    if (size !== data.length)
      throw new Error(`tensor ${name}: [${shape.join(', ')}] must have ${size} numbers, got ${data.length}`);
    if (FORBIDDEN.has(name) || name === '__metadata__') throw new Error(`tensor "${name}": this name is not allowed`);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = encodeJson(header);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let to = 8 + length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), to);
    to += data.byteLength;
  }
  return bytes;
}

/** @file Command line: reads a network from whatever file holds one: a table, a checkpoint, ONNX, TFLite, TensorFlow.js or rows in Python. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import type { Architecture, Issue } from '$lib/arch/architecture';
import { describeIssues, parseArchitectureText } from '$lib/arch/parse';
import { presets } from '$lib/arch/presets/catalogue';
import { reasonOf } from '$lib/base/reason';
import type { Imported, PixelMap } from '$lib/import/graph/graph';
import { importOnnx } from '$lib/import/onnx/onnx';
import { importRows } from '$lib/import/rows/rows';
import { importTfjs, tfjsShards } from '$lib/import/tfjs/tfjs';
import { importTflite } from '$lib/import/tflite/tflite';
import type { Provenance, Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { loadCheckpoint } from './checkpoint';
import { InputError } from './input-error';
import { remark } from './print';

/** A network as read, with the numbers that came with it. */
export interface ReadNetwork {
  readonly arch: Architecture;
  readonly tensors: Tensors | null;
  /** What trained it, for a checkpoint of ours. */
  readonly from: Provenance | null;
  /** How an imported file itself scales pixels, where it says so. */
  readonly pixels?: PixelMap;
}

/** Refuses the network at `path` with everything wrong about it, in one line. */
export function refuse(path: string, issues: readonly Issue[]): InputError {
  return new InputError(m.cli_bad_network({ path, reason: describeIssues(issues).replaceAll('\n', '; ') }));
}

function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const reason = reasonOf(error);
    const ids = presets.map(({ id }) => id).join(', ');
    throw new InputError(m.cli_unreadable_network({ path, presets: ids, reason }));
  }
}

/** A file of another program, as a table with its weights; what was changed on the way is said. */
function imported(path: string, read: Imported): ReadNetwork {
  if (read.kind === 'bad') throw refuse(path, read.issues);
  for (const note of read.notes) remark(m.cli_imported_note({ path, note }));
  const { arch, tensors, pixels } = read;
  return { arch, tensors, from: null, ...(pixels && { pixels }) };
}

/** The shards beside a model file; one that is not there is left to the reader to name. */
function readShards(path: string, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const shards = new Map<string, Uint8Array>();
  const folder = resolve(dirname(path));
  for (const name of new Set(names)) {
    const file = resolve(folder, name);
    // A model that names files elsewhere would have devices and other people's files read.
    if (file.startsWith(join(folder, sep)) && existsSync(file)) shards.set(name, readBytes(file));
  }
  return shards;
}

/** Rows in Python, as timm and torchvision write them. */
function readRows(path: string): ReadNetwork {
  const read = importRows(new TextDecoder().decode(readBytes(path)));
  if (read.kind === 'bad') throw refuse(path, read.issues);
  for (const note of read.notes) remark(m.cli_imported_note({ path, note }));
  return { arch: read.arch, tensors: null, from: null };
}

/** A JSON file: a table of ours, or a TensorFlow.js model with its shards beside it. */
function readJson(path: string): ReadNetwork {
  const text = new TextDecoder().decode(readBytes(path));
  const names = tfjsShards(text);
  if (names) return imported(path, importTfjs(text, readShards(path, names), basename(dirname(resolve(path)))));
  const parsed = parseArchitectureText(text);
  if (parsed.kind === 'bad') throw refuse(path, parsed.issues);
  return { arch: parsed.value, tensors: null, from: null };
}

/** Reads a network file by its ending; throws InputError with every issue. */
export function readNetworkFile(path: string): ReadNetwork {
  if (extname(path) === '.safetensors') {
    const { arch, tensors, from } = loadCheckpoint(path);
    return { arch, tensors, from };
  }
  if (extname(path) === '.onnx') return imported(path, importOnnx(readBytes(path), basename(path, '.onnx')));
  if (extname(path) === '.tflite') return imported(path, importTflite(readBytes(path), basename(path, '.tflite')));
  return ['.py', '.txt'].includes(extname(path)) ? readRows(path) : readJson(path);
}

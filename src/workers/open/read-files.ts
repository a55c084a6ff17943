/** @file Workers: reads chosen files as a table, a network with weights, or weights for the open table. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { parseArchitectureText } from '$lib/arch/parse';
import { formatBytes } from '$lib/base/format';
import type { Imported } from '$lib/import/graph/graph';
import { importOnnx } from '$lib/import/onnx/onnx';
import { importRows } from '$lib/import/rows/rows';
import { importTfjs, tfjsShards } from '$lib/import/tfjs/tfjs';
import { importTflite } from '$lib/import/tflite/tflite';
import type { Provenance } from '$lib/weights/checkpoint';
import { readNamed } from '$lib/weights/names/read-named';
import { readCheckpoint } from '$lib/weights/safetensors';
import { readSafetensors } from '$lib/weights/safetensors-format';
import { m } from '$paraglide/messages';
import type { Opened, OpenRequest } from './protocol';

/** All files chosen together; a V3-Large is 22 MB, the largest table 1 GB. */
export const largestBytes = 1_000_000_000;
/** A table or the graph of a model; weights lie elsewhere. */
const largestJson = 30_000_000;

/** A file by its name and its bytes. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const endingOf = (name: string): string => /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
const stemOf = (name: string): string => name.replace(/\.[a-z0-9]+$/i, '');
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Where numbers from a file of another program come from: the file, and nothing else is known. */
const fromFile = (name: string): Provenance => ({
  dataset: name,
  datasetSha256: '',
  epochs: 0,
  seed: 0,
  engine: '',
  validationAccuracy: null
});

const bad = (name: string, issues: readonly Issue[]): Opened => ({ kind: 'bad', name, issues });
const wrong = (name: string, message: string): Opened => bad(name, [{ path: '', message }]);

function imported(name: string, read: Imported): Opened {
  if (read.kind === 'bad') return bad(name, read.issues);
  const { arch, tensors, notes } = read;
  return { kind: 'network', arch, tensors, notes, from: fromFile(name) };
}

function readWeights({ name, bytes }: NamedBytes, open: Architecture): Opened {
  const file = readSafetensors(bytes);
  if (file.kind === 'bad') return bad(name, file.issues);
  if (file.metadata['bneck'] !== undefined) {
    const own = readCheckpoint(bytes);
    if (own.kind === 'bad') return bad(name, own.issues);
    const { arch, tensors, from } = own.checkpoint;
    return { kind: 'network', arch, tensors, from, notes: [] };
  }
  const read = readNamed(file.tensors, open);
  if (read.kind === 'mismatch') return bad(name, read.issues);
  const { tensors, convention, leftOut } = read;
  return { kind: 'weights', tensors, convention, leftOut: leftOut.length, from: fromFile(name) };
}

function readJson({ name, bytes }: NamedBytes, files: readonly NamedBytes[]): Opened {
  if (bytes.length > largestJson) return wrong(name, m.file_large({ size: formatBytes(bytes.length) }));
  const text = new TextDecoder().decode(bytes);
  const shards = tfjsShards(text);
  if (!shards) {
    const read = parseArchitectureText(text);
    return read.kind === 'bad' ? bad(name, read.issues) : { kind: 'table', arch: read.value };
  }
  const given = new Map(
    shards.flatMap((path) => {
      const file = files.find((candidate) => candidate.name === lastOf(path));
      return file ? [[path, file.bytes] as const] : [];
    })
  );
  return imported(name, importTfjs(text, given, name === 'model.json' ? m.file_model() : stemOf(name)));
}

/** Rows in Python, as timm and torchvision write them: a table without weights. */
function readRows({ name, bytes }: NamedBytes): Opened {
  if (bytes.length > largestJson) return wrong(name, m.file_large({ size: formatBytes(bytes.length) }));
  const read = importRows(new TextDecoder().decode(bytes));
  return read.kind === 'bad' ? bad(name, read.issues) : { kind: 'table', arch: read.arch };
}

/** Reads files that were chosen together: one .json, .safetensors, .onnx, .tflite or .py, and the shards of a TensorFlow.js model. */
export function readFiles(files: readonly NamedBytes[], open: Architecture): Opened {
  const rank = ['onnx', 'tflite', 'safetensors', 'py', 'txt', 'json'];
  const known = files.filter(({ name }) => rank.includes(endingOf(name)));
  // Beside a model.json lie other .json files: what goes with the pictures, labels.
  const main = known.find(({ name }) => name === 'model.json') ?? known[0];
  if (!main) {
    const [first] = files;
    return wrong(first?.name ?? '', endingOf(first?.name ?? '') === 'bin' ? m.file_shards_alone() : m.file_kinds());
  }
  const ending = endingOf(main.name);
  if (ending === 'onnx') return imported(main.name, importOnnx(main.bytes, stemOf(main.name)));
  if (ending === 'py' || ending === 'txt') return readRows(main);
  if (ending === 'tflite') return imported(main.name, importTflite(main.bytes, stemOf(main.name)));
  return ending === 'safetensors' ? readWeights(main, open) : readJson(main, files);
}

/** Reads the files' bytes, then what they hold. */
export async function openRequest({ files, open }: OpenRequest): Promise<Opened> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const [first] = files;
  if (size > largestBytes) return wrong(first?.name ?? '', m.file_too_large({ size: formatBytes(size) }));
  const read = await Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }))
  );
  return readFiles(read, open);
}

/** @file Test support: runs listings of timm and torchvision under Python with our weights, beside our own forward pass. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../../src/lib/arch/architecture';
import { lower } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { goldenInput, goldenTensors } from '../../src/lib/weights/golden-weights';
import { writeNamed } from '../../src/lib/weights/names/write-named';
import { finishOutput, rawOutput } from '../../src/lib/weights/plain-forward';

/** A listing and the table it was written from. */
export interface Listed {
  readonly id: string;
  readonly text: string;
  readonly arch: Architecture;
}

/** What Python says of one listing. */
export interface Ran {
  readonly id: string;
  readonly names: Readonly<Record<string, readonly number[]>>;
  readonly parameters: number;
  /** PyTorch's: the share of the new. */
  readonly momentum: number;
  readonly epsilon: number;
  /** Logits; empty where the names differ. */
  readonly answer: readonly number[];
}

type Library = 'timm' | 'torchvision';

const seed = 4711;
const python = '/usr/bin/python3';

/** Whether Python has torch and the library. */
export function hasLibrary(library: Library): boolean {
  const search = `from importlib.util import find_spec; exit(not all(map(find_spec, ('torch', '${library}'))))`;
  return spawnSync(python, ['-c', search]).status === 0;
}

const filled = new WeakMap<Architecture, Tensors>();

/** The same numbers for the same table; filling one is a forward pass. */
function weightsOf(arch: Architecture): Tensors {
  const tensors = filled.get(arch) ?? goldenTensors(arch, seed);
  filled.set(arch, tensors);
  return tensors;
}

/** Logits of a table in float64. */
export function logitsOf(arch: Architecture): Float64Array {
  const tensors = weightsOf(arch);
  const maps = new Map<string, ArrayLike<number>>([['', goldenInput([1, ...arch.input], seed)]]);
  let last = new Float64Array();
  for (const op of lower(arch)) {
    const run = { inputs: op.inputs.map((id) => maps.get(id) ?? []), batch: 1, tensors };
    last = Float64Array.from(finishOutput(op, rawOutput(op, run), run));
    maps.set(op.id, last);
  }
  return last;
}

/** Channels first, as PyTorch reads pictures. */
function picture({ input: [height, width, channels] }: Architecture): Float32Array {
  const ours = goldenInput([1, height, width, channels], seed);
  return Float32Array.from(ours, (_, i) => {
    const at = i % (height * width);
    return ours[at * channels + Math.floor(i / (height * width))] ?? 0;
  });
}

function caseOf({ id, text, arch }: Listed, library: Library, file: string): object {
  const { input } = arch;
  const parts: Float32Array[] = [];
  let offset = 0;
  const add = (data: Float32Array): number => {
    parts.push(data);
    offset += data.length;
    return offset - data.length;
  };
  const weights = Object.entries(writeNamed(weightsOf(arch), arch, library) ?? {});
  const tensors = weights.map(([name, { shape, data }]) => [name, shape, add(data)]);
  const at = add(picture(arch));
  writeFileSync(
    file,
    Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)))
  );
  return { id, text, tensors, input: [[1, input[2], input[0], input[1]], at], floats: file };
}

/** Runs every listing in one Python process that has the library. */
export function runListings(
  listed: readonly Listed[],
  library: Library
): { readonly version: string; readonly cases: readonly Ran[] } {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-listings-'));
  try {
    const cases = listed.map((one, index) => caseOf(one, library, join(folder, `${index}.bin`)));
    const script = fileURLToPath(new URL('./arch-strings.py', import.meta.url));
    const input = JSON.stringify(cases);
    const ran = spawnSync(python, [script, library], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (ran.status !== 0) throw new Error(`listings: Python ended with ${ran.status}: ${ran.stderr}`);
    return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as ReturnType<typeof runListings>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

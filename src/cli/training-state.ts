/** @file Command line: where a training stands after an epoch, as one file to go on from as if it had never stopped. */
import { readFileSync, renameSync } from 'node:fs';
import { strFromU8, strToU8, zipSync } from 'fflate';
import { describeIssues } from '$lib/arch/parse';
import { reasonOf } from '$lib/base/reason';
import { openZip } from '$lib/data/zip';
import type { Checkpoint, Tensors } from '$lib/weights/checkpoint';
import { allFinite } from '$lib/weights/checkpoint';
import { readCheckpoint, toSafetensors } from '$lib/weights/safetensors';
import { readSafetensors, writeSafetensors } from '$lib/weights/safetensors-format';
import { m } from '$paraglide/messages';
import { saveFile } from './checkpoint';
import { InputError } from './input-error';
import type { Plan } from './training-plan';

/** A training between two epochs. */
export interface TrainingState {
  /** What its losses depend on. */
  readonly plan: Plan;
  /** The network after its last epoch, with what the optimizer remembered there. */
  readonly last: Checkpoint;
  readonly memory: Tensors;
  /** The best epoch so far. */
  readonly best: Checkpoint;
  /** The figures of every epoch so far. */
  readonly epochs: readonly object[];
}

/** What the text part of a state holds. */
type Told = Pick<TrainingState, 'plan' | 'epochs'> & { readonly format: 1 };

/** Where the state of a training lies that writes its network to `out`: net.safetensors has net.resume beside it. */
export const statePathOf = (out: string): string => `${out.replace(/\.safetensors$/i, '')}.resume`;

/** Writes a state; the one before stays whole until the new one is. */
export function saveState(path: string, { plan, last, memory, best, epochs }: TrainingState): void {
  const told: Told = { format: 1, plan, epochs };
  const parts = {
    'state.json': strToU8(JSON.stringify(told)),
    'last.safetensors': toSafetensors(last),
    'memory.safetensors': writeSafetensors(memory, {}),
    ...(best.from.epochs !== last.from.epochs && { 'best.safetensors': toSafetensors(best) })
  };
  // Weights do not get smaller by packing.
  saveFile(`${path}.new`, zipSync(parts, { level: 0 }));
  renameSync(`${path}.new`, path);
}

function parseTold(text: string): Told {
  const read = JSON.parse(text) as Partial<Told> | null;
  const texts = Object.values(read?.plan ?? { none: 0 });
  if (read?.format !== 1 || !texts.every((value) => typeof value === 'string') || !Array.isArray(read.epochs)) {
    throw new Error(m.cli_resume_told());
  }
  return read as Told;
}

function checkpointIn(name: string, bytes: Uint8Array): Checkpoint {
  const read = readCheckpoint(bytes);
  if (read.kind === 'ok') return read.checkpoint;
  throw new Error(`${name}: ${describeIssues(read.issues).replaceAll('\n', '; ')}`);
}

function memoryIn(name: string, bytes: Uint8Array): Tensors {
  const read = readSafetensors(bytes);
  if (read.kind === 'bad') throw new Error(`${name}: ${describeIssues(read.issues).replaceAll('\n', '; ')}`);
  const broken = Object.entries(read.tensors).find(([, tensor]) => !allFinite(tensor));
  if (broken) throw new Error(`${name}: ${broken[0]}: ${m.weights_finite()}`);
  return read.tensors;
}

async function read(path: string): Promise<TrainingState> {
  const bytes = new Uint8Array(readFileSync(path));
  const archive = { path, size: bytes.length, read: async (from = 0, to = bytes.length) => bytes.subarray(from, to) };
  const files = new Map((await openZip(archive)).map((file) => [file.path, file]));
  const part = async (name: string): Promise<Uint8Array> => {
    const file = files.get(name);
    if (!file) throw new Error(m.cli_resume_part({ name }));
    // A copy begins where numbers of four bytes may begin.
    return (await file.read()).slice();
  };
  const { plan, epochs } = parseTold(strFromU8(await part('state.json')));
  const last = checkpointIn('last.safetensors', await part('last.safetensors'));
  const memory = memoryIn('memory.safetensors', await part('memory.safetensors'));
  const other = 'best.safetensors';
  const best = files.has(other) ? checkpointIn(other, await part(other)) : last;
  return { plan, last, memory, best, epochs };
}

/** Reads a state; throws InputError naming the file and what is wrong with it. */
export async function loadState(path: string): Promise<TrainingState> {
  try {
    return await read(path);
  } catch (error) {
    const reason = reasonOf(error);
    throw new InputError(
      m.cli_resume_bad({ path, reason: reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason })
    );
  }
}

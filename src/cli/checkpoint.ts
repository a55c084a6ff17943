/** @file Command line: trained networks in and out of .safetensors files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeIssues } from '$lib/arch/parse';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { readCheckpoint, toSafetensors } from '$lib/weights/safetensors';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';

/** Reads a checkpoint; throws InputError with what is wrong. */
export function loadCheckpoint(path: string): Checkpoint {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new InputError(
      m.cli_bad_checkpoint({ path, reason: error instanceof Error ? error.message : String(error) })
    );
  }
  const read = readCheckpoint(bytes);
  if (read.kind === 'bad')
    throw new InputError(m.cli_bad_checkpoint({ path, reason: describeIssues(read.issues).replaceAll('\n', '; ') }));
  return read.checkpoint;
}

/** Writes a file, making its folder. */
export function saveFile(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new InputError(`--out ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes a checkpoint as .safetensors. */
export function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  saveFile(path, toSafetensors(checkpoint));
}

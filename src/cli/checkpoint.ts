/** @file Command line: trained networks in and out of .safetensors files. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeIssues } from '$lib/arch/parse';
import { reasonOf } from '$lib/base/reason';
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
    throw new InputError(m.cli_bad_checkpoint({ path, reason: reasonOf(error) }));
  }
  const read = readCheckpoint(bytes);
  if (read.kind === 'bad')
    throw new InputError(m.cli_bad_checkpoint({ path, reason: describeIssues(read.issues).replaceAll('\n', '; ') }));
  return read.checkpoint;
}

/** Makes a folder and those it lies in, one by one: asked for all at once, Node never returns where a mount refuses. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Does something with the file of `--out`, in a folder made for it; throws InputError with what the system says. */
function atOut(path: string, write: () => void): void {
  try {
    makeFolder(dirname(path));
    write();
  } catch (error) {
    throw new InputError(m.cli_out_refused({ path, reason: reasonOf(error) }));
  }
}

/** Writes a file, making its folder. */
export function saveFile(path: string, content: string | Uint8Array): void {
  atOut(path, () => writeFileSync(path, content));
}

/** Throws InputError unless a file can be written there: its folder is made, what the file holds stays. */
export function mustBeWritable(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) throw new InputError(m.cli_out_folder({ path }));
  atOut(path, () => {
    const isNew = !existsSync(path);
    closeSync(openSync(path, 'a'));
    if (isNew) rmSync(path);
  });
}

/** Writes a checkpoint as .safetensors. */
export function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  saveFile(path, toSafetensors(checkpoint));
}

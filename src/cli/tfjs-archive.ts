/** @file Command line: a TensorFlow.js model on disk, whichever way it lies there, as the one archive that its runtime reads. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { reasonOf } from '$lib/base/reason';
import { toZip } from '$lib/export/archive';
import { tfjsShards } from '$lib/import/tfjs/tfjs';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';

function read(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new InputError(m.cli_verify_unreadable({ path, reason: reasonOf(error) }));
  }
}

/** The bytes of an archive, or of a `model.json` and its shards as one; throws InputError where a file is missing. */
export function readTfjsArchive(path: string): Uint8Array {
  if (path.toLowerCase().endsWith('.zip')) return read(path);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const main = isFolder ? join(path, 'model.json') : path;
  const json = read(main);
  const shards = tfjsShards(new TextDecoder().decode(json));
  if (!shards) throw new InputError(m.cli_verify_no_model({ path: main }));
  const folder = resolve(dirname(main));
  const files = [...new Set(shards)].map((name) => {
    const inside = relative(folder, resolve(folder, name));
    // A model names what lies beside it, nothing else on this machine.
    if (inside.startsWith('..')) throw new InputError(m.cli_verify_shard({ path: main, shard: name }));
    return { name: inside.split(sep).join('/'), bytes: read(join(folder, inside)) };
  });
  return toZip([{ name: 'model.json', bytes: json }, ...files]);
}

/** @file Command line: which pictures a command trains on. */
import type { Command } from 'commander';
import type { DataChoice, EngineChoice } from '$workers/choice';
import { InvalidArgumentError } from 'commander';
import { InputError } from './input-error';
import { readOwnPictures } from './own-pictures';

/** Reads --data: the bundled set by name, an image folder, or a folder of IDX files. */
export async function readData(name: string): Promise<DataChoice> {
  if (name === 'fashion-mnist') return { kind: 'bundled', id: 'fashion-mnist' };
  const read = await readOwnPictures(name);
  if (read.kind === 'bad') throw new InputError(read.message);
  return { kind: 'own', dataset: read.dataset };
}

function parseEngine(text: string): EngineChoice {
  if (text === 'auto' || text === 'simd' || text === 'tfjs') return text;
  throw new InvalidArgumentError(`--engine must be auto, simd or tfjs, got ${text}`);
}

/** Adds --data and --engine. */
export function withDataOptions(command: Command): Command {
  return command
    .option(
      '--data <set>',
      'fashion-mnist, a folder of images (one subfolder per class) or of IDX files',
      'fashion-mnist'
    )
    .option('--engine <kind>', 'auto, simd or tfjs', parseEngine, 'auto');
}

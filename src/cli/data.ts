/** @file Command line: which pictures a command trains on. */
import type { Command } from 'commander';
import type { DataChoice, EngineChoice } from '$workers/choice';
import { InvalidArgumentError } from 'commander';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { readOwnPictures } from './own-pictures';

/** Reads --data: the bundled set by name, an image folder, or a folder of IDX files. */
export async function readData(name: string): Promise<DataChoice> {
  if (name === 'fashion-mnist') return { kind: 'bundled', id: 'fashion-mnist' };
  const read = await readOwnPictures(name);
  if (read.kind === 'bad') throw new InputError(read.message);
  return { kind: 'own', dataset: read.dataset };
}

/** Reads --engine. */
export function parseEngine(text: string): EngineChoice {
  if (text === 'auto' || text === 'simd' || text === 'tfjs') return text;
  throw new InvalidArgumentError(m.cli_engine_rule({ typed: text }));
}

/** Adds --data and --engine. */
export function withDataOptions(command: Command): Command {
  return command
    .option('--data <set>', m.cli_data(), 'fashion-mnist')
    .option('--engine <kind>', m.cli_engine(), parseEngine, 'auto');
}

/** @file Command line: which pictures a command trains on. */
import type { Command } from 'commander';
import type { DataChoice, EngineChoice } from '$workers/choice';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { readOwnPictures } from './own-pictures';
import { parseWord } from './parsers';

/** Reads --data: the bundled set by name, or a path to the user's own pictures. */
export async function readData(name: string): Promise<DataChoice> {
  if (name === 'fashion-mnist') return { kind: 'bundled', id: 'fashion-mnist' };
  const read = await readOwnPictures(name);
  if (read.kind === 'bad') throw new InputError(read.message);
  return { kind: 'own', dataset: read.dataset };
}

const engines: Readonly<Record<EngineChoice, EngineChoice>> = {
  auto: 'auto',
  simd: 'simd',
  tfjs: 'tfjs',
  'tfjs:webgpu': 'tfjs:webgpu',
  'tfjs:webgl': 'tfjs:webgl',
  'tfjs:wasm': 'tfjs:wasm',
  'tfjs:cpu': 'tfjs:cpu'
};

/** Reads --engine. */
export const parseEngine = parseWord('--engine', engines);

/** Adds --data and --engine; `engine` says what 'auto' does on this command. */
export function withDataOptions(command: Command, engine: () => string = m.cli_engine): Command {
  return command
    .option('--data <set>', m.cli_data(), 'fashion-mnist')
    .option('--engine <kind>', engine(), parseEngine, 'auto');
}

/** @file Command line: which pictures a command trains on. */
import type { Command } from 'commander';
import type { Shape } from '$lib/arch/architecture';
import { presetById } from '$lib/arch/presets/catalogue';
import type { FolderResult } from '$lib/data/folder';
import type { DataChoice, EngineChoice } from '$workers/choice';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import type { CliNetwork } from './network';
import type { NetworkOptions } from './network-options';
import { readOwnPictures } from './own-pictures';
import { parseWord } from './parsers';

/** What there is to tell of pictures of the user's own: pictures of each class and split, and files that gave none. */
export type Told = Omit<FolderResult & { kind: 'ok' }, 'kind' | 'dataset'>;

/** The pictures of --data; nothing is told of a set that comes along. */
export interface CliData {
  readonly data: DataChoice;
  readonly told: Told | null;
}

/** Pictures of a folder become squares of this side where neither --input nor a file says more. */
const plainSide = 64;

/** What pictures of a folder become: as the file's network or --input takes them; small squares for a preset alone. */
export function pictureShape({ name, arch }: Pick<CliNetwork, 'name' | 'arch'>, options: NetworkOptions = {}): Shape {
  const { input, weights } = options;
  const said = input !== undefined || weights?.kind === 'file' || !presetById(name);
  return said ? arch.input : [plainSide, plainSide, arch.input[2]];
}

/** Reads --data: a set that comes along by name, or a path to the user's own pictures, those of a folder in this shape. */
export async function readData(name: string, shape: Shape): Promise<CliData> {
  if (name === 'fashion-mnist' || name === 'garment-scenes') return { data: { kind: 'bundled', id: name }, told: null };
  const read = await readOwnPictures(name, shape);
  if (read.kind === 'bad') throw new InputError(read.message);
  const { dataset, counts, unreadable } = read;
  return { data: { kind: 'own', dataset }, told: { counts, unreadable } };
}

/** Classes named with their counts; of more only the number is told. */
const mostNamed = 20;

/** How many pictures each class has in train, validation and test, one line. */
export function countsLine({ counts }: Told): string {
  const named = counts.slice(0, mostNamed).map((one) => m.cli_class_count({ ...one }));
  const classes = named.join(', ');
  const more = counts.length - named.length;
  return more > 0 ? m.cli_class_counts_more({ classes, more }) : m.cli_class_counts({ classes });
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

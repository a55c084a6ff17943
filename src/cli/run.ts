/** @file Command line: `bneck run`: one forward pass over a file, its answer printed and written. */
import type { Command } from 'commander';
import type { Shape } from '$lib/arch/architecture';
import type { EngineChoice } from '$workers/choice';
import { m } from '$paraglide/messages';
import { describeAnswer } from './answer';
import { saveFile } from './checkpoint';
import { parseEngine } from './data';
import { forwardOf, type RunOutput } from './forward';
import { InputError } from './input-error';
import { readLabels } from './labels';
import { find, openNetwork, type CliNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { writeNpy } from './npy';
import { parseNumber, parseWord } from './parsers';
import { pixelScale, type Normalisation } from './pixels';
import { json, line, remark, sha256, stamp } from './print';
import { imagesOf, inputSizeOf, readRunInput, type Layout, type RunInput } from './run-input';

interface Options extends Omit<NetworkOptions, 'input'> {
  readonly input: string;
  readonly size?: readonly number[];
  readonly layout: Layout;
  readonly normalise?: Normalisation;
  readonly features?: boolean;
  readonly engine: EngineChoice;
  readonly labels?: string;
  readonly top: number;
  readonly out?: string;
  readonly json?: boolean;
}

const layouts: Readonly<Record<Layout, Layout>> = { nhwc: 'nhwc', nchw: 'nchw' };
const normalisations: Readonly<Record<Normalisation, Normalisation>> = {
  torchvision: 'torchvision',
  keras: 'keras',
  unit: 'unit',
  none: 'none'
};

/** The network with the size of what it is fed, and weights: a run without them would answer nothing. */
function networkFor(name: string, given: RunInput, options: Options): CliNetwork {
  const { input: path, size, features, head, layout: _, ...rest } = options;
  if (features && head && head !== 'features') throw new InputError(m.cli_run_features_head());
  const wanted = features ? 'features' : head;
  const read = find(name);
  const input = inputSizeOf(given, { path, size, input: read.arch.input });
  const change = { ...rest, ...(wanted && { head: wanted }), ...(input && { input }) };
  const network = openNetwork(name, change, { read, pictures: given.kind === 'array' ? given.count : 1 });
  if (!network.tensors) throw new InputError(m.cli_run_weights());
  return network;
}

/** One file, or one for each row answered: y.npy becomes y.3.npy, y.6.npy. */
function filesOf(path: string, outputs: readonly RunOutput[]): readonly string[] {
  const dot = path.toLowerCase().endsWith('.npy') ? path.length - 4 : path.length;
  return outputs.map(({ row }) => (row === null ? path : `${path.slice(0, dot)}.${row}${path.slice(dot)}`));
}

const shown = (shape: readonly number[]): string => shape.join('×');

/** Runs a network on an array or a picture. */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description(m.cli_run())
    .argument('<network>', m.cli_network())
    .requiredOption('--input <file>', m.cli_run_input());
  withNetworkOptions(command, '--size')
    .option('--features', m.cli_run_features())
    .option('--layout <axes>', m.cli_run_layout(), parseWord('--layout', layouts), 'nhwc')
    .option('--normalise <code>', m.cli_run_normalise(), parseWord('--normalise', normalisations))
    .option('--engine <kind>', m.cli_engine(), parseEngine, 'auto')
    .option('--labels <file>', m.cli_run_labels())
    .option('--top <count>', m.cli_run_top(), parseNumber('--top', 1, 1000, true), 5)
    .option('--out <file>', m.cli_run_out())
    .option('--json', m.cli_json())
    .action(async (name: string, options: Options) => {
      const given = readRunInput(options.input, options.layout);
      const network = networkFor(name, given, options);
      const { arch, tensors, from } = network;
      const labels = readLabels(options.labels, from);
      const count = given.kind === 'array' ? given.count : 1;
      const images = imagesOf(given, arch.input, pixelScale(network, options.normalise));
      const { outputs, build } = await forwardOf(
        { arch, tensors: tensors ?? {}, engine: options.engine },
        images,
        count
      );
      const picture: Shape = given.kind === 'picture' ? [given.picture.height, given.picture.width, 4] : arch.input;
      const say = options.json ? remark : line;
      say(m.cli_run_head({ name: arch.name, input: shown(arch.input), count, engine: build }));
      const answer = describeAnswer(arch, outputs, { count, top: options.top, labels, picture });
      for (const text of answer.lines) say(text);
      const files = options.out === undefined ? [] : filesOf(options.out, outputs);
      for (const [i, path] of files.entries()) {
        const output = outputs[i];
        if (output) saveFile(path, writeNpy(output));
        remark(m.cli_wrote({ path }));
      }
      if (!options.json) return;
      const shapes = outputs.map(({ id, row, shape, data }, i) => {
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        return { op: id, row, shape, sha256: sha256(bytes), file: files[i] ?? null };
      });
      json({
        ...stamp({ engine: build }),
        name: arch.name,
        input: arch.input,
        count,
        outputs: shapes,
        ...answer.result
      });
    });
}

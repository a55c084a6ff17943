/** @file Test support: networks of every kind, filled with numbers, with what they answer by plain loops in float64. */
import fc from 'fast-check';
import type { Architecture, Shape } from '../../src/lib/arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../src/lib/arch/options';
import { checkArchitecture } from '../../src/lib/arch/parse';
import { presetById, presets } from '../../src/lib/arch/presets/catalogue';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { goldenInput, goldenTensors } from '../../src/lib/weights/golden-weights';
import { finishOutput, rawOutput } from '../../src/lib/weights/plain-forward';
import { randomTables } from './random-tables';

/** A table with its numbers, to be run at several sizes and paddings. */
export interface FilledNetwork {
  readonly name: string;
  readonly arch: Architecture;
  readonly tensors: Tensors;
}

const even = [32, 40] as const;
const evenOfBlock = [8, 12] as const;
const seed = 4711;

function presetTable(id: string, change: NetworkChange = {}): Architecture {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  const classes = preset.arch.classes === 1 ? {} : { classes: 10 };
  const input: Shape = [...(preset.arch.rows.length > 1 ? even : evenOfBlock), preset.arch.input[2]];
  return applyNetworkOptions(preset.arch, { ...classes, ...change, input });
}

const filled = (name: string, arch: Architecture): FilledNetwork => ({
  name,
  arch,
  tensors: goldenTensors(arch, seed)
});

/** V3-Small at its own width, the others narrow: every width is a number of channels like another. */
const widthOf = (id: string): NetworkChange => (id === 'v3-small' ? {} : { width: 0.25 });

/** Every preset, small in pixels and classes; what is repaired in an article changes widths, no kind of layer. */
export function presetNetworks(): FilledNetwork[] {
  return presets
    .filter(({ id }) => !/^article-00[1-4].*-repaired$/.test(id))
    .map(({ id, arch }) => filled(id, presetTable(id, arch.head.kind === 'features' ? {} : widthOf(id))));
}

const decoder: Architecture['head'] = {
  kind: 'decoder',
  filters: 24,
  gate: 'sigmoid',
  stages: [
    { skip: 3, squeeze: 8, kernel: 3, nl: 'relu' },
    { skip: 0, squeeze: 16, kernel: 5, nl: 'hardSwish' }
  ],
  // A sigmoid would hide how far apart large answers are.
  out: 'linear'
};

/** Each head on V3. */
export function headNetworks(): FilledNetwork[] {
  const width = 0.5;
  return [
    filled('lraspp', presetTable('v3-large', { width, head: 'lraspp', convention: 'torchvision' })),
    filled('lraspp of windows', presetTable('v3-small', { head: 'lraspp-paper', outputStride: 8, classes: 3 })),
    filled('ssdlite', presetTable('v3-large', { width, head: 'ssdlite', classes: 7 })),
    filled('features', presetTable('v2', { width, head: 'features', outIndices: [2, 5, 16] })),
    filled('decoder', { ...presetTable('v3-small', { width: 0.75 }), classes: 2, head: decoder })
  ];
}

/** Random tables of every kind of row and head. */
export function randomNetworks(count: number): FilledNetwork[] {
  const tables = fc.sample(randomTables({ width: 24, rows: 6, input: 40, classes: 7 }), { seed: 77, numRuns: count });
  return tables.map((arch, index) => filled(`random ${index}`, arch));
}

/** A network at one padding and size. */
export interface NetworkCase extends FilledNetwork {
  readonly padding: Architecture['padding'];
  readonly parity: 'even' | 'odd';
}

/** Both paddings (a table without padding keeps none) and both parities, as far as the rules of tables allow. */
export function casesOf(network: FilledNetwork): NetworkCase[] {
  const { arch } = network;
  const [height, width, channels] = arch.input;
  const paddings = arch.padding === 'valid' ? (['valid'] as const) : (['same', 'symmetric'] as const);
  return paddings.flatMap((padding) =>
    (['even', 'odd'] as const).flatMap((parity) => {
      const side = (pixels: number): number => 2 * Math.ceil(pixels / 2) + (parity === 'odd' ? 1 : 0);
      const sized: Architecture = { ...arch, padding, input: [side(height), side(width), channels] };
      return checkArchitecture(sized).length > 0 ? [] : [{ ...network, arch: sized, padding, parity }];
    })
  );
}

/** Pictures of a case's size, NHWC. */
export function picturesOf({ arch }: Pick<NetworkCase, 'arch'>, count: number): Float32Array {
  const [height, width, channels] = arch.input;
  return goldenInput([count, height, width, channels], seed);
}

/** What a network answers, each output by itself, batch first. */
export function answersOf(
  { arch, tensors }: { readonly arch: Architecture; readonly tensors: Tensors },
  pictures: Float32Array
): Float32Array[] {
  const batch = pictures.length / arch.input.reduce((a, b) => a * b, 1);
  const { ops, outputs } = lowerWithOutputs(arch);
  const maps = new Map<string, ArrayLike<number>>([['', pictures]]);
  for (const op of ops) {
    const run = { inputs: op.inputs.map((id) => maps.get(id) ?? []), batch, tensors };
    maps.set(op.id, finishOutput(op, rawOutput(op, run), run));
  }
  return outputs.map((id) => Float32Array.from(maps.get(id) ?? []));
}

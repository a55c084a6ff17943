/** @file Command line: the network a command works on: a preset or a file, its options applied, its weights found. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '$lib/arch/options';
import { checkArchitecture } from '$lib/arch/parse';
import { presetById } from '$lib/arch/presets/catalogue';
import type { PixelMap } from '$lib/import/graph/graph';
import type { Provenance, Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { readNetworkFile, refuse, type ReadNetwork } from './foreign';
import { InputError } from './input-error';
import type { NetworkOptions } from './network-options';
import { checkFit, loadWeights } from './weights';

/** A network ready to be counted, trained or run. */
export interface CliNetwork {
  /** As typed: a preset id or a path. */
  readonly name: string;
  readonly arch: Architecture;
  /** From `--weights`, or from the file that held the network; null where there are none. */
  readonly tensors: Tensors | null;
  readonly from: Provenance | null;
  /** How the imported file itself scales pixels, where it says so. */
  readonly pixels?: PixelMap;
}

function inputShape(sizes: readonly number[], channels: number): Shape {
  const [height = 0, width = height, depth = channels] = sizes;
  return [height, width, depth];
}

/** The change the options ask for. */
function changeOf(arch: Architecture, options: NetworkOptions): NetworkChange {
  const { input, outIndices, head } = options;
  const answersRows = (head ?? arch.head.kind) === 'features';
  if (outIndices && !answersRows) throw new InputError(m.cli_out_indices_head());
  const { weights: _, input: __, ...change } = options;
  return input ? { ...change, input: inputShape(input, arch.input[2]) } : change;
}

/** Applies the options to a table; throws InputError with every issue. */
export function applyOptions(name: string, arch: Architecture, options: NetworkOptions): Architecture {
  const changed = applyNetworkOptions(arch, changeOf(arch, options));
  const issues = checkArchitecture(changed);
  if (issues.length > 0) throw refuse(name, issues);
  return changed;
}

/** A preset or a network file as it is, no option applied. */
export function find(name: string): ReadNetwork {
  const preset = presetById(name);
  return preset ? { arch: preset.arch, tensors: null, from: null } : readNetworkFile(name);
}

/** What a command knows already. */
export interface Opening {
  /** The network as `find` gave it. */
  readonly read?: ReadNetwork;
  /** Pictures that calibrate a reference fill. */
  readonly pictures?: number;
}

/** Reads a preset id or a file, applies the options and finds the weights; throws InputError with every issue. */
export function openNetwork(
  name: string,
  options: NetworkOptions,
  { read = find(name), pictures = 1 }: Opening = {}
): CliNetwork {
  const arch = applyOptions(name, read.arch, options);
  if (options.weights) {
    const { tensors, from } = loadWeights(arch, options.weights, pictures);
    return { name, arch, tensors, from };
  }
  const tensors = read.tensors && checkFit(name, arch, read.tensors);
  return { name, arch, tensors, from: read.from, ...(read.pixels && { pixels: read.pixels }) };
}

/** The table alone; weights that were named must fit it all the same. */
export function readNetwork(name: string, options: NetworkOptions): Architecture {
  return openNetwork(name, options).arch;
}

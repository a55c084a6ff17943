/** @file Command line: the options that change a network, the same on every command that takes one. */
import type { Command } from 'commander';
import type { Padding } from '$lib/arch/architecture';
import type { Convention } from '$lib/arch/convention';
import type { NetworkChange } from '$lib/arch/options';
import type { OutputStride } from '$lib/arch/output-stride';
import type { WidthRule } from '$lib/arch/scale';
import type { HeadChoice } from '$lib/arch/with-head';
import { m } from '$paraglide/messages';
import { parseIndices, parseNumber, parseSize, parseWord } from './parsers';
import { parseWeights, type WeightsChoice } from './weights-choice';

/** What was typed; absent options leave the network as it is. */
export interface NetworkOptions extends Omit<NetworkChange, 'input'> {
  /** Height, width and channels of the input, as far as given. */
  readonly input?: readonly number[];
  readonly weights?: WeightsChoice;
}

const heads: Readonly<Record<HeadChoice, HeadChoice>> = {
  classifier: 'classifier',
  features: 'features',
  lraspp: 'lraspp',
  'lraspp-paper': 'lraspp-paper',
  ssdlite: 'ssdlite'
};
const rules: Readonly<Record<WidthRule, WidthRule>> = { torchvision: 'torchvision', keras: 'keras' };
const paddings: Readonly<Record<Padding, Padding>> = { same: 'same', symmetric: 'symmetric', valid: 'valid' };
const strides: Readonly<Record<`${OutputStride}`, OutputStride>> = { '32': 32, '16': 16, '8': 8 };
const conventions: Readonly<Record<Convention, Convention>> = {
  torchvision: 'torchvision',
  keras: 'keras',
  slim: 'slim',
  timm: 'timm'
};

/** Adds the options that change a network; the size is `--input` unless the command reads a picture by that name. */
export function withNetworkOptions(command: Command, size: '--input' | '--size' = '--input'): Command {
  return command
    .option(`${size} <size>`, m.cli_input(), parseSize(size))
    .option('--width <multiplier>', m.cli_width(), parseNumber('--width', 0.05, 4))
    .option('--width-rule <code>', m.cli_width_rule(), parseWord('--width-rule', rules))
    .option('--classes <count>', m.cli_classes(), parseNumber('--classes', 1, 30_000, true))
    .option('--padding <rule>', m.cli_padding(), parseWord('--padding', paddings))
    .option('--convention <code>', m.cli_convention(), parseWord('--convention', conventions))
    .option('--head <kind>', m.cli_head(), parseWord('--head', heads))
    .option('--out-indices <rows>', m.cli_out_indices(), parseIndices('--out-indices'))
    .option('--output-stride <pixels>', m.cli_output_stride(), parseWord('--output-stride', strides))
    .option('--reduced-tail', m.cli_reduced_tail())
    .option('--weights <source>', m.cli_weights(), parseWeights);
}

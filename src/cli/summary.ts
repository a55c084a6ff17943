/** @file Command line: `bneck summary`. */
import type { Command } from 'commander';
import type { Architecture } from '$lib/arch/architecture';
import { formatBytes, formatCount, formatMillions } from '$lib/base/format';
import { countAs, type CountConvention } from '$lib/cost/count-as';
import { torchsummary, torchsummaryText } from '$lib/cost/torchsummary';
import { m } from '$paraglide/messages';
import { aboutPreset } from './about';
import { layersOf, type Layer, type Layers } from './layers';
import { readNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseWord } from './parsers';
import { columns, json, line } from './print';

type Style = 'torchsummary' | CountConvention;

interface Options extends NetworkOptions {
  readonly as?: Style;
  readonly json?: boolean;
}

const styles: Readonly<Record<Style, Style>> = { torchsummary: 'torchsummary', fvcore: 'fvcore', ptflops: 'ptflops' };

/** One number where both axes agree. */
const axes = ([vertical, horizontal]: readonly [number, number]): string =>
  vertical === horizontal ? String(vertical) : `${vertical}×${horizontal}`;

function cellsOf({ id, op, out, params, madds, activationBytes, receptiveField, intensity }: Layer): string[] {
  const field = receptiveField ?? { size: [0, 0], jump: [0, 0], start: [0, 0] };
  const seen = [axes(field.size), axes(field.jump), axes(field.start)];
  const counted = [formatCount(params), formatMillions(madds, 3)];
  return [id, op, out.join('×'), ...counted, ...seen, formatBytes(activationBytes), intensity.toFixed(2)];
}

function print(arch: Architecture, layers: Layers): void {
  const head = [
    m.cli_col_layer(),
    m.cli_col_op(),
    m.cli_col_output(),
    m.cli_col_params(),
    m.cli_col_million_madds(),
    m.cli_col_field_size(),
    m.cli_col_field_jump(),
    m.cli_col_field_start(),
    m.cli_col_memory(),
    m.cli_col_intensity()
  ];
  const { params, buffers, madds, activationBytes, peakBytes, peakAt, peakExact } = layers;
  line(m.cli_summary_head({ name: arch.name, input: arch.input.join('×'), classes: arch.classes }));
  line(columns([head, ...layers.layers.map(cellsOf)]));
  line();
  line(m.cli_summary_params({ params: formatCount(params), buffers: formatCount(buffers) }));
  line(m.cli_summary_madds({ madds: formatMillions(madds) }));
  const [fvcore, ptflops] = [countAs(arch, 'fvcore'), countAs(arch, 'ptflops')];
  line(m.cli_summary_counts({ fvcore: formatMillions(fvcore), ptflops: formatMillions(ptflops) }));
  line(m.cli_summary_activations({ bytes: formatBytes(activationBytes) }));
  const peak = { bytes: formatBytes(peakBytes), at: peakAt };
  line(peakExact ? m.cli_summary_peak(peak) : m.cli_summary_peak_given(peak));
  line(m.cli_summary_legend());
}

/** The convention's one number, or the table of torchsummary. */
function printAs(arch: Architecture, style: Style, asJson: boolean): void {
  if (style === 'torchsummary') {
    if (asJson) json({ name: arch.name, input: arch.input, as: style, ...torchsummary(arch) });
    else line(torchsummaryText(arch));
    return;
  }
  const count = countAs(arch, style);
  if (asJson) json({ name: arch.name, input: arch.input, as: style, count });
  else {
    const said = { name: arch.name, input: arch.input.join('×'), count: formatCount(count) };
    line(style === 'fvcore' ? m.cli_summary_as_fvcore(said) : m.cli_summary_as_ptflops(said));
  }
}

/** Prints shapes, parameters and multiply-adds, layer by layer. */
export function addSummary(program: Command): void {
  const command = program.command('summary').description(m.cli_summary()).argument('<network>', m.cli_network());
  withNetworkOptions(command)
    .option('--as <counter>', m.cli_summary_as(), parseWord('--as', styles))
    .option('--json', m.cli_json())
    .action((name: string, options: Options) => {
      const arch = readNetwork(name, options);
      if (options.as) {
        printAs(arch, options.as, options.json === true);
        return;
      }
      const layers = layersOf(arch);
      if (options.json) json(layers);
      else {
        print(arch, layers);
        for (const text of aboutPreset(name)) line(text);
      }
    });
}

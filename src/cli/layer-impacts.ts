/** @file Command line: which layers hurt in 8 bits: each asked alone, and the table of them. */
import { formatPercent } from '$lib/base/format';
import type { Int8Choice } from '$lib/export/choice';
import { rankImpacts, type LayerImpact } from '$lib/export/quantize/layer-impact';
import type { ExportRequest, Int8Facts } from '$workers/export/protocol';
import { createImpactsRunner } from '$workers/impacts/runner';
import { m } from '$paraglide/messages';
import { drive, endProgress, progress } from './drive';
import { nodePlatform } from './platform-node';
import { columns } from './print';

/** Asks the layers of an export one by one; Ctrl-C leaves those asked so far. Throws InputError where none was. */
export async function findImpacts(
  { arch, tensors, data }: ExportRequest,
  choice: Int8Choice,
  { ranges }: Int8Facts
): Promise<readonly LayerImpact[]> {
  const request = { arch, tensors, data, choice, ranges };
  const { result } = await drive(createImpactsRunner(nodePlatform), request, ({ done, total }) => {
    progress(m.cli_export_layers_progress({ done, total }));
  });
  endProgress();
  return result;
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));

/** The layers as a table, the worst first, then those without noise and those that stay in floats. */
export function impactLines(impacts: readonly LayerImpact[], { layers, seen }: Int8Facts): string {
  const ranked = rankImpacts(impacts);
  const asked = new Set(impacts.map(({ id }) => id));
  const worst = new Set(ranked.map(({ id }) => id));
  const chain = new Map(layers.map(({ id, snrDb }) => [id, snrDb]));
  const dbOf = (snrDb: number | null): string => (snrDb === null ? m.quantized_exact() : snrDb.toFixed(1));
  const seenOf = (id: string): string => {
    const range = seen[id]?.range;
    return range ? m.quantized_range({ low: rounded(range[0]), high: rounded(range[1]) }) : '';
  };
  const chainOf = (id: string): string => (chain.has(id) ? dbOf(chain.get(id) ?? null) : '');
  const quiet = layers.filter(({ id }) => !worst.has(id));
  return columns(
    [
      [
        m.cli_export_layer(),
        m.cli_export_layer_share(),
        m.cli_export_layer_alone(),
        m.cli_export_layer_chain(),
        m.cli_export_layer_range()
      ],
      ...ranked.map(({ id, share, snrDb }) => [id, formatPercent(share, 2), dbOf(snrDb), chainOf(id), seenOf(id)]),
      ...quiet.map(({ id }) => [id, '', asked.has(id) ? dbOf(null) : m.cli_export_floats(), chainOf(id), seenOf(id)])
    ],
    'ends'
  );
}

/** @file Step 3, cost: a network as the Python package torchsummary prints it. */
import type { Architecture } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import type { DialectId } from './dialect';
import { listingOf } from './listing';

/** One module call: 'Conv2d-1', its output with the batch as -1, its own params. */
export interface SummaryRow {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly params: number;
}

/** Sizes in MiB of float32; the pass counts every row's output twice, as if each had a gradient. */
export interface Torchsummary {
  readonly rows: readonly SummaryRow[];
  readonly params: number;
  readonly inputMiB: number;
  readonly passMiB: number;
  readonly paramsMiB: number;
  readonly totalMiB: number;
}

const mebibytes = (numbers: number): number => (numbers * 4) / 1024 ** 2;

/** Rows and sizes; modules only, so a function call such as a residual add has no row. */
export function torchsummary(arch: Architecture, dialect?: DialectId): Torchsummary {
  const rows: SummaryRow[] = [];
  for (const { modules, out, flat, params } of listingOf(arch, dialect)) {
    const [height, width, channels] = out;
    const shape = flat ? [-1, channels] : [-1, channels, height, width];
    for (const name of modules) rows.push({ layer: `${name}-${rows.length + 1}`, shape, params });
  }
  const params = rows.reduce((sum, row) => sum + row.params, 0);
  const outputs = rows.reduce((sum, { shape }) => sum + shape.slice(1).reduce((a, b) => a * b, 1), 0);
  const inputMiB = mebibytes(arch.input[0] * arch.input[1] * arch.input[2]);
  const passMiB = 2 * mebibytes(outputs);
  const paramsMiB = mebibytes(params);
  return { rows, params, inputMiB, passMiB, paramsMiB, totalMiB: paramsMiB + passMiB + inputMiB };
}

/** Two decimals as C prints them: an exact half goes to the even digit. */
function decimals(value: number): string {
  const cents = value * 100;
  const below = Math.floor(cents);
  if (cents - below === 0.5) return ((below + (below % 2)) / 100).toFixed(2);
  return value.toFixed(2);
}

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
const line = (layer: string, shape: string, params: string): string =>
  `${layer.padStart(20)}  ${shape.padStart(25)} ${params.padStart(15)}`;

/** The table and size lines, letter for letter as `torchsummary.summary` prints them. */
export function torchsummaryText(arch: Architecture, dialect?: DialectId): string {
  const { rows, params, ...sizes } = torchsummary(arch, dialect);
  const thin = '-'.repeat(64);
  const thick = '='.repeat(64);
  const count = grouped(params);
  return [
    thin,
    line(m.cost_summary_layer(), m.cost_summary_shape(), m.cost_summary_params()),
    thick,
    ...rows.map((row) => line(row.layer, `[${row.shape.join(', ')}]`, grouped(row.params))),
    thick,
    m.cost_summary_total({ count }),
    m.cost_summary_trainable({ count }),
    m.cost_summary_frozen({ count: '0' }),
    thin,
    m.cost_summary_input({ size: decimals(sizes.inputMiB) }),
    m.cost_summary_pass({ size: decimals(sizes.passMiB) }),
    m.cost_summary_weights({ size: decimals(sizes.paramsMiB) }),
    m.cost_summary_all({ size: decimals(sizes.totalMiB) }),
    thin
  ].join('\n');
}

/** @file Every reference network, layer by layer: shapes, parameters, multiply-adds and settings, against PyTorch's own modules. */
import { describe, expect, test } from 'vitest';
import { widthBefore } from '$lib/arch/rules';
import { withInput } from '$lib/arch/scale';
import { costOf, totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { rowId } from '$lib/ops/lower-row';
import { tensorsOf } from '$lib/ops/tensors';
import { readGolden } from '../support/golden';
import {
  asGolden,
  goldenArchitecture,
  goldenOps,
  type GoldenRow,
  type GoldenShape,
  type GoldenSpec
} from '../support/golden-networks';

interface Sizes {
  readonly madds: number;
  readonly out: readonly number[];
}
interface Reference extends Sizes {
  readonly spec: GoldenSpec;
  readonly params: number;
  readonly trainable: number;
  readonly buffers: number;
  readonly input: GoldenShape;
  readonly sizes: Readonly<Record<string, Sizes>>;
  /** Rows of in, kernel, exp size, #out, SE channels, NL, stride, dilation, residual. */
  readonly bnecks?: readonly (readonly (number | string)[])[];
}

const golden = readGolden<{ readonly networks: Readonly<Record<string, Reference>> }>('networks.json');
if (!golden) process.stdout.write('golden-networks: skipped, no reference files here\n');
const networks = Object.entries(golden?.networks ?? {});

describe('goldenArchitecture(spec)', () => {
  test('finds its 58 references or says that they are absent', () => {
    expect(networks).toHaveLength(golden ? 58 : 0);
  });

  if (!golden) return;

  test.each(networks)('%s counts like PyTorch at every size', (_, reference) => {
    const arch = goldenArchitecture(reference.spec, reference.input);
    const ops = lower(arch);
    const cost = totalCost(ops);
    expect([cost.params, cost.buffers, cost.madds]).toEqual([reference.params, reference.buffers, reference.madds]);
    const trainable = ops.flatMap(tensorsOf).filter((spec) => spec.trainable);
    expect(trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(reference.trainable);
    for (const [size, { madds, out }] of Object.entries(reference.sizes)) {
      const [height = 0, width = 0] = size.split('x').map(Number);
      const sized = lower(withInput(arch, [height, width, reference.input[0]]));
      expect(totalCost(sized).madds, size).toBe(madds);
      const last = sized.at(-1)?.out ?? [0, 0, 0];
      const flat = last[0] === 1 && out.length < 3 ? last.slice(3 - out.length) : [last[2], last[0], last[1]];
      expect(flat, size).toEqual(out);
    }
  });

  test.each(networks)('%s has every layer as PyTorch runs it', (id, reference) => {
    const table = readGolden<{ readonly rows: readonly GoldenRow[] }>(`tables/${id}.json`);
    if (!table) throw new Error(`table of ${id}: must exist`);
    const wanted = goldenOps(table.rows);
    const ours = lower(goldenArchitecture(reference.spec, reference.input)).map((op) => asGolden(op, costOf(op)));
    const unnamed = (ops: readonly object[]) => ops.map((op) => ({ ...op, name: '' }));
    expect(unnamed(ours)).toEqual(unnamed(wanted));
  });

  const tabled = networks.filter(([, { bnecks }]) => bnecks);

  test.each(tabled)('%s has the rows of torchvision', (_, { spec, input, bnecks }) => {
    const arch = goldenArchitecture(spec, input);
    const added = new Set(lower(arch).flatMap(({ id }) => (id.endsWith('.add') ? [id] : [])));
    const rows = arch.rows.map((row, index) => {
      if (row.kind !== 'bneck') throw new Error(`row ${index + 1}: must be a bneck`);
      const nl = row.nl === 'hardSwish' ? 'HS' : 'RE';
      const cells = [row.kernel, row.expSize, row.out, row.se?.channels ?? 0, nl, row.stride, row.dilation];
      return [widthBefore(arch, index), ...cells, Number(added.has(`${rowId(index)}.add`))];
    });
    expect(rows).toEqual(bnecks);
  });
});

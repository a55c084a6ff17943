/** @file Every layer of the reference networks: output shape and parameters, against torchvision's own modules. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { presetById } from '$lib/arch/presets/catalogue';
import { scaleWidth, withInput } from '$lib/arch/scale';
import { costOf, totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';

const golden = new URL('../../../shared/golden/networks.json', import.meta.url);
const present = existsSync(golden);
if (!present) process.stdout.write('golden-counts: skipped, no reference files here\n');

interface Sizes {
  readonly madds: number;
}
interface Reference extends Sizes {
  readonly params: number;
  readonly buffers: number;
  readonly sizes?: Readonly<Record<string, Sizes>>;
}

const families = [
  ['tv_mobilenet_v2', 'v2', [0.35, 0.5, 0.75, 1, 1.4]],
  ['tv_mobilenet_v3_large', 'v3-large', [0.75, 1, 1.25]],
  ['tv_mobilenet_v3_small', 'v3-small', [0.75, 1, 1.25]],
  ['v1_paper', 'v1', [0.25, 0.5, 0.75, 1]]
] as const;
const cases = families.flatMap(([golden, id, widths]) =>
  widths.map((width) => [`${golden}_w${width}`, id, width] as const)
);

describe('scaleWidth(preset, width)', () => {
  test('finds its references or says that they are absent', () => {
    expect(typeof present).toBe('boolean');
  });

  if (!present) return;
  const { networks } = JSON.parse(readFileSync(golden, 'utf8')) as { networks: Record<string, Reference> };

  test.each(cases)('%s counts like torchvision at every size', (name, id, width) => {
    const reference = networks[name];
    if (!reference) throw new Error(`reference ${name}: must exist`);
    const arch: Architecture = scaleWidth(presetById(id)!.arch, width);
    const cost = totalCost(lower(arch));
    expect([cost.params, cost.buffers, cost.madds]).toEqual([reference.params, reference.buffers, reference.madds]);
    for (const [size, { madds }] of Object.entries(reference.sizes ?? {})) {
      const [height = 0, side = 0] = size.split('x').map(Number);
      expect(totalCost(lower(withInput(arch, [height, side, 3]))).madds, size).toBe(madds);
    }
  });

  test('every cost is a whole number', () => {
    for (const [, id] of families) {
      for (const op of lower(presetById(id)!.arch)) {
        expect(Object.values(costOf(op)).every((value) => Number.isInteger(value))).toBe(true);
      }
    }
  });
});

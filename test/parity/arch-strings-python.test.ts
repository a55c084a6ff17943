/** @file Listings for timm and torchvision, run by the libraries themselves with our weights: same tensors, same answers. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { withOutputStride } from '../../src/lib/arch/output-stride';
import { checkArchitecture } from '../../src/lib/arch/parse';
import { presetById, presets } from '../../src/lib/arch/presets/catalogue';
import { reduceTail } from '../../src/lib/arch/reduced-tail';
import { scaleWidth, withClasses, withInput } from '../../src/lib/arch/scale';
import { totalCost } from '../../src/lib/cost/cost';
import { toTimm } from '../../src/lib/export/rows/timm';
import { toTorchvision } from '../../src/lib/export/rows/torchvision';
import { lower } from '../../src/lib/ops/lower';
import { namedTensors } from '../../src/lib/weights/names/convention';
import { bentToTimm, bentToTorchvision } from '../support/arch-strings';
import { hasLibrary, logitsOf, runListings, type Listed } from '../support/arch-strings-run';
import { randomTables } from '../support/random-tables';

const preset = (id: string): Architecture => presetById(id)?.arch ?? expect.fail(`no preset ${id}`);

/** Few classes and a small, oblong picture: the rows are what is looked at. */
const small = (arch: Architecture, side = 32): Architecture => withClasses(withInput(arch, [side, side + 1, 3]), 11);

/** Tables of rows that the names of timm and torchvision reach. */
function random(bent: (arch: Architecture) => Architecture, count: number): readonly Case[] {
  const tables = randomTables({ width: 64, rows: 14 })
    .map((arch) => ({ ...arch, rows: arch.rows.filter(({ kind }) => kind === 'bneck' || kind === 'separable') }))
    .map(bent)
    .filter((arch) => checkArchitecture(arch).length === 0);
  return fc.sample(tables, { numRuns: count, seed: 7 }).map((arch, index) => [`random ${index}`, arch] as const);
}

type Case = readonly [id: string, arch: Architecture];

const symmetric = (arch: Architecture): Architecture => ({ ...arch, padding: 'symmetric' });
const large = preset('v3-large');
const torchvisionTables: readonly Case[] = [
  ['v2', small(preset('v2'))],
  ['v2 × 0.35', small(scaleWidth(preset('v2'), 0.35))],
  ['v3-large × 0.75', small(scaleWidth(large, 0.75), 31)],
  ['v3-large, reduced tail, output stride 16', small(withOutputStride(reduceTail(large), 16), 48)],
  ['v3-small', small(preset('v3-small'))],
  ...random(bentToTorchvision, 16)
];
const timmTables: readonly Case[] = [
  ...presets.map(({ id, arch }, index): Case => [id, small(arch, 24 + (index % 3))]),
  ['v3-small × 0.5, keras', small(scaleWidth(preset('v3-small'), 0.5, 'keras'))],
  ['v3-large, symmetric', symmetric(small(large))],
  ...random(bentToTimm, 24)
];

describe.each([
  ['torchvision', toTorchvision, torchvisionTables.map(([id, arch]): Case => [id, symmetric(arch)]), 21],
  ['timm', toTimm, timmTables, 40]
] as const)('%s', (library, write, tables, least) => {
  const listed = tables.flatMap(([id, arch]): Listed[] => {
    const written = write(arch);
    return written.kind === 'ok' && namedTensors(arch, library) ? [{ id, arch, text: written.text }] : [];
  });
  const here = hasLibrary(library);
  if (!here) process.stdout.write(`listings: skipped, /usr/bin/python3 has no ${library} here\n`);

  test('has a listing and names for most tables', () => {
    expect(listed.length).toBeGreaterThanOrEqual(least);
  });

  describe.runIf(here)('runs', () => {
    let ran: ReturnType<typeof runListings>;
    beforeAll(() => {
      ran = runListings(listed, library);
      process.stdout.write(`${library} ${ran.version}: ${ran.cases.length} listings run\n`);
    }, 120_000);

    test.each(listed.map(({ id, arch }) => ({ id, arch })))('$id: same tensors, same answers', ({ id, arch }) => {
      const one = ran.cases.find((found) => found.id === id) ?? expect.fail(`${id} did not run`);
      const ours = namedTensors(arch, library) ?? [];
      expect(one.names).toEqual(Object.fromEntries(ours.map(({ name, shape }) => [name, shape])));
      expect(one.parameters).toBe(totalCost(lower(arch)).params);
      expect(one.epsilon).toBeCloseTo(arch.norm?.epsilon ?? 0, 12);
      expect(1 - one.momentum).toBeCloseTo(arch.norm?.momentum ?? 0, 12);
      const logits = logitsOf(arch);
      const scale = Math.max(1, ...logits.map(Math.abs));
      const gap = Math.max(...logits.map((value, i) => Math.abs(value - (one.answer[i] ?? NaN))));
      expect(gap / scale).toBeLessThan(2e-5);
    });
  });
});

/** Listings that timm 1.0.29 built with our tensors to the answers of ours, kept for machines without timm. */
const recorded = JSON.parse(
  readFileSync(new URL('../support/arch-strings-timm.json', import.meta.url), 'utf8')
) as Readonly<Record<string, string>>;

describe('toTimm(arch)', () => {
  test.each(Object.entries(recorded))('%s is the listing that timm was seen to run', (id, text) => {
    const written = toTimm(preset(id));
    expect(written.kind === 'ok' && written.text).toBe(text);
  });
});

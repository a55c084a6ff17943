/** @file timm's arch strings and torchvision's rows there and back: every preset, random tables, broken texts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { checkArchitecture } from '../../src/lib/arch/parse';
import { presets } from '../../src/lib/arch/presets/catalogue';
import type { RowsWritten } from '../../src/lib/export/rows/listing';
import { toTimm } from '../../src/lib/export/rows/timm';
import { toTorchvision } from '../../src/lib/export/rows/torchvision';
import type { RowsRead } from '../../src/lib/import/rows/read';
import { parseTimm } from '../../src/lib/import/rows/timm';
import { parseTorchvision } from '../../src/lib/import/rows/torchvision';
import { bentToTimm, bentToTorchvision, networkOf, tryMutants } from '../support/arch-strings';
import { randomTables } from '../support/random-tables';

interface Library {
  readonly name: string;
  readonly write: (arch: Architecture) => RowsWritten;
  readonly read: (text: string) => RowsRead;
  /** What of a table its networks keep. */
  readonly kept: (arch: Architecture) => Architecture;
  readonly bent: (arch: Architecture) => Architecture;
}

const libraries: readonly Library[] = [
  { name: 'timm', write: toTimm, read: parseTimm, kept: (arch) => arch, bent: bentToTimm },
  {
    name: 'torchvision',
    write: toTorchvision,
    read: parseTorchvision,
    kept: (arch) => ({ ...arch, padding: 'symmetric' }),
    bent: bentToTorchvision
  }
];

describe.each(libraries)('$name', ({ write, read, kept, bent }) => {
  /** Whether the table could be said; then its text must come back as the same network, and as the same text. */
  function thereAndBack(arch: Architecture): boolean {
    const written = write(arch);
    if (written.kind === 'bad') {
      expect(written.issues.length).toBeGreaterThan(0);
      for (const { path, message } of written.issues) expect([path, message]).not.toContain('');
      return false;
    }
    const back = read(written.text);
    if (back.kind === 'bad') return expect.fail(`${JSON.stringify(back.issues)}\n${written.text}`);
    expect(back.notes).toEqual([]);
    expect(networkOf(back.arch)).toEqual(networkOf(kept(arch)));
    const again = write(back.arch);
    expect(again.kind === 'ok' && again.text).toBe(
      written.text
        .split('\n')
        .filter((line) => !('notes' in written && written.notes.some((note) => line.includes(note))))
        .join('\n')
    );
    return true;
  }

  test('every preset that it can say comes back as the same network, the papers’ to the letter', () => {
    const said = presets.filter(({ arch }) => thereAndBack(arch));
    expect(said.length).toBeGreaterThan(4);
    for (const { arch, group } of said) {
      const written = write(arch);
      const back = read(written.kind === 'ok' ? written.text : '');
      if (group === 'paper') expect(back.kind === 'ok' && back.arch).toEqual(kept(arch));
    }
  });

  test('random tables come back as the same network, or are refused at a place', () => {
    let said = 0;
    const check = (arch: Architecture): void => void (said += thereAndBack(arch) ? 1 : 0);
    fc.assert(fc.property(randomTables(), check), { numRuns: 200, seed: 5 });
    const loose = said;
    const bentTables = randomTables({ width: 200, rows: 18 })
      .map(bent)
      .filter((arch) => checkArchitecture(arch).length === 0);
    fc.assert(fc.property(bentTables, check), { numRuns: 400, seed: 6 });
    process.stdout.write(`${loose} of 200 random tables said, ${said - loose} of 400 bent ones\n`);
    expect(said - loose).toBeGreaterThan(200);
  });

  test('2,000 broken listings are read whole or refused', () => {
    const texts = presets.flatMap(({ arch, id }) => {
      const written = write(arch);
      return ['v1', 'v2', 'v3-small'].includes(id) && written.kind === 'ok' ? [written.text] : [];
    });
    tryMutants(read, texts, { numRuns: 2000, seed: 20_240_501 });
  });
});

test('2,000 broken block strings, one a line, are read whole or refused', () => {
  const strings = 'ds_r1_k3_s1_e1_c16_nre\nir_r2_k3_s2_e4_c24_nre\nir_r3_k5_s2_e3_c40_se0.25_nre\ncn_r1_k1_s1_c960';
  tryMutants(parseTimm, [strings], { numRuns: 2000, seed: 20_240_502 });
});

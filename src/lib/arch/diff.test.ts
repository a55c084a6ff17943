import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { randomTables } from '../../../test/support/random-tables';
import { align } from './align';
import { diffRows } from './diff';
import { duplicateRow, insertRow, removeRow, setField } from './edit';
import { presetById, presets } from './presets/catalogue';

const archOf = (id: string) => {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return preset.arch;
};

const lines = (from: string, to: string): string[] =>
  diffRows(archOf(from), archOf(to)).map(({ place, field, from: was, to: is }) => `${place} ${field}: ${was} → ${is}`);

describe('align(a, b)', () => {
  test('pairs equal items and leaves the odd one alone', () => {
    const distance = (x: string, y: string): number => (x === y ? 0 : 1);
    expect(align(['a', 'b', 'd', 'e'], ['a', 'b', 'c', 'd', 'e'], distance)).toEqual([
      [0, 0],
      [1, 1],
      [null, 2],
      [2, 3],
      [3, 4]
    ]);
  });
});

describe('diffRows(a, b)', () => {
  test('finds nothing between a table and itself', () => {
    for (const { arch } of presets) expect(diffRows(arch, structuredClone(arch))).toEqual([]);
  });

  test("says what article 003 changed of the paper's table", () => {
    expect(lines('v1', 'article-003')).toEqual([
      'network padding: same → symmetric',
      'row 13 stride: 1 → 2',
      'head dropout: 0.001 → 0'
    ]);
  });

  test('says one cell with its path', () => {
    const small = archOf('v3-small');
    expect(diffRows(small, setField(small, 'rows.3.out', 48))).toEqual([
      { path: 'rows.3.out', place: 'row 4', field: '#out', from: '40', to: '48' }
    ]);
    expect(diffRows(small, setField(small, 'head.hidden.out', 1280))).toEqual([
      { path: 'head.hidden.out', place: 'head', field: 'hidden layer #out', from: '1024', to: '1280' }
    ]);
    expect(diffRows(small, setField(small, 'rows.0.se', null))[0]).toMatchObject({
      path: 'rows.0.se',
      field: 'SE',
      to: '–'
    });
  });

  test('a row that came or went is one difference, the rest keeps its partners', () => {
    const large = archOf('v3-large');
    expect(diffRows(large, duplicateRow(large, 4))).toHaveLength(1);
    expect(diffRows(large, removeRow(large, 0))).toMatchObject([{ path: 'rows.0', place: 'row 1', to: null }]);
    const inserted = insertRow(large, 3, archOf('v1').rows[0]!);
    expect(diffRows(large, inserted)).toMatchObject([{ path: 'rows.3', place: 'row 4', from: null }]);
  });

  test('article 004 has fewer rows than the paper', () => {
    const gone = diffRows(archOf('v3-large'), archOf('article-004-large-repaired')).filter(({ to }) => to === null);
    expect(gone).toHaveLength(2);
  });

  test('is empty exactly when tables are equal but for their name', () => {
    fc.assert(
      fc.property(randomTables({ rows: 4 }), randomTables({ rows: 4 }), (a, b) => {
        const equal = JSON.stringify({ ...a, name: '' }) === JSON.stringify({ ...b, name: '' });
        expect(diffRows(a, b).length === 0).toBe(equal);
        expect(diffRows(a, { ...structuredClone(a), name: 'b' })).toEqual([]);
      }),
      { numRuns: 200 }
    );
  });
});

import { describe, expect, test } from 'vitest';
import { changesOf } from '../components/editor/changes';
import { presetById } from '../arch/presets/catalogue';
import { bneck } from '../arch/presets/rows';
import type { Architecture } from '../arch/architecture';
import { commit, historyLimit, historyOf, redone, undone } from './history';
import { Workbench } from './workbench.svelte';

const small = (): Architecture => {
  const arch = presetById('v3-small')?.arch;
  if (!arch) throw new Error('test: no preset v3-small');
  return arch;
};
const fresh = (): Workbench => new Workbench(small(), 'opened');

describe('history', () => {
  test('undo and redo walk the same entries, and a new commit forgets what was undone', () => {
    let line = commit(commit(historyOf('a', 'open'), 'b', 'to b'), 'c', 'to c');
    line = undone(undone(line));
    expect(line.present).toEqual({ value: 'a', label: 'open' });
    line = redone(line);
    expect(line.present.value).toBe('b');
    line = commit(line, 'd', 'to d');
    expect(redone(line)).toBe(line);
    expect(undone(line).present.value).toBe('b');
  });

  test('the ends stay where they are, and the same value is no step', () => {
    const line = historyOf(1, 'open');
    expect(undone(line)).toBe(line);
    expect(redone(line)).toBe(line);
    expect(commit(line, 1, 'again')).toBe(line);
  });

  test('forgets the oldest beyond its limit', () => {
    let line = historyOf(0, 'open');
    for (let i = 1; i <= historyLimit + 50; i++) line = commit(line, i, String(i));
    expect(line.past).toHaveLength(historyLimit);
  });
});

describe('the workbench', () => {
  test('an edit changes every number at once and undo gives the same table back', () => {
    const bench = fresh();
    expect([bench.cost.params, bench.columns[9]?.madds]).toEqual([2_542_856, bench.columns[9]?.madds]);
    const before = bench.columns[9]?.madds ?? 0;
    expect(bench.edit('rows.8.kernel', 3, 'k of 9: 5 to 3')).toEqual([]);
    expect(bench.label).toBe('k of 9: 5 to 3');
    expect(bench.columns[9]?.madds).toBe(before - 7 * 7 * 288 * (25 - 9));
    bench.undo();
    expect(bench.arch).toBe(small());
    bench.redo();
    expect(bench.columns[9]?.kernel).toBe(3);
  });

  test('a refused text changes nothing and comes back with the two nearest widths', () => {
    const bench = fresh();
    const issues = bench.type('rows.7.expSize', '150', 'exp');
    expect(issues[0]).toMatchObject({ message: '150 is not a multiple of 8', nearest: [152, 144] });
    expect(bench.arch).toBe(small());
    expect(bench.canUndo).toBe(false);
  });

  test.each(['0', '-3', '1e9', 'abc', ''])('%j is refused in a width cell', (text) => {
    const bench = fresh();
    expect(bench.type('rows.7.out', text, 'out')).toHaveLength(1);
    expect(bench.arch).toBe(small());
  });

  test('SE is switched by a boolean and follows the exp size', () => {
    const bench = fresh();
    bench.edit('rows.1.se', true, 'SE on');
    expect(bench.columns[2]?.se).toBe(24);
    bench.edit('rows.1.expSize', 144, 'wider');
    expect(bench.columns[2]?.se).toBe(40);
  });

  test('a row that cannot be removed stays', () => {
    const bench = fresh();
    for (let i = 0; i < 20; i++) bench.remove(0, 'removed');
    expect(bench.arch.rows).toHaveLength(1);
    bench.duplicate(0, 'again');
    expect(bench.arch.rows).toHaveLength(2);
  });

  test('opening is one undoable step', () => {
    const bench = fresh();
    const large = presetById('v3-large')?.arch ?? small();
    bench.open(large, 'opened V3-Large');
    expect([bench.base, bench.cost.params]).toEqual([large, 5_483_032]);
    bench.undo();
    expect(bench.base).toBe(small());
  });

  test('a candidate of the same rows is counted against the network it came from', () => {
    const bench = fresh();
    const fourth = small().rows[3];
    if (fourth?.kind !== 'bneck') throw new Error('test: row 4 must be a bneck');
    const candidate = { ...small(), rows: small().rows.with(3, { ...fourth, kernel: 3 }) };
    bench.open(candidate, 'opened trial 4');
    expect(bench.base).toBe(small());
    expect([...changesOf(bench.columns, bench.baseColumns).before]).toEqual([['4.kernel', '5']]);
    expect(bench.cost.params - bench.baseCost.params).toBe(-16 * 96);
  });

  test('the width multiplier scales the base and keeps edits', () => {
    const bench = fresh();
    bench.edit('rows.3.nl', 'relu', 'NL');
    expect(bench.setOptions({ width: 0.5 }, 'width')).toEqual([]);
    expect(bench.columns[9]?.expSize).toBe(144);
    expect(bench.columns[4]?.nl).toBe('relu');
    expect(changesOf(bench.columns, bench.baseColumns).count).toBe(1);
  });

  test('an edit keeps the times of untouched columns and predicts the others: by MAdds, or by a table when there is one', () => {
    const bench = fresh();
    const perColumnMs = bench.columns.map((_, i) => i + 1);
    bench.setTimings({ perColumnMs, totalMs: 136, kind: 'measured', setting: 'wasm' });
    expect([bench.timings.kind, bench.timings.totalMs]).toEqual(['measured', 136]);
    const before = bench.columns[4]?.madds ?? 0;
    bench.edit('rows.3.kernel', 3, 'k');
    const ms = (5 * (bench.columns[4]?.madds ?? 0)) / before;
    expect(bench.timings.perColumnMs?.[4]).toBeCloseTo(ms, 9);
    expect([bench.timings.kind, bench.timingKinds[4]]).toEqual(['predicted', 'predicted']);
    expect(bench.timings.totalMs).toBeCloseTo(136 - 5 + ms, 9);
    expect([bench.timings.perColumnMs?.[5], bench.timingKinds[5]]).toEqual([6, 'measured']);
    expect(bench.lastMeasured).toEqual({ totalMs: 136, current: false });
    bench.setPredictor(() => ({ perColumnMs: perColumnMs.map(() => 0.5), totalMs: 130 }));
    expect(bench.timings).toMatchObject({ totalMs: 130, kind: 'predicted' });
    expect([bench.timings.perColumnMs?.[4], bench.timingKinds[4]]).toEqual([0.5, 'predicted']);
    bench.undo();
    expect(bench.timings.kind).toBe('measured');
  });

  test('a network with another number of rows has no total until a table or a measurement tells it', () => {
    const bench = fresh();
    bench.setTimings({ perColumnMs: bench.columns.map(() => 1), totalMs: 16, kind: 'measured', setting: 'wasm' });
    bench.insert(4, bneck(7, 80, 40, false, 'RE', 1), 'insert');
    expect(bench.timings).toMatchObject({ totalMs: null, kind: null });
    expect([bench.timings.perColumnMs?.[5], bench.timingKinds[5]]).toEqual([null, null]);
  });
});

describe('options of the whole network', () => {
  test('give the published networks of torchvision', () => {
    const bench = fresh();
    const large = presetById('v3-large')?.arch ?? small();
    bench.open(large, 'opened', { base: large, origin: large, options: {} });
    bench.setOptions({ head: 'lraspp' }, 'head');
    expect(bench.cost.params).toBe(3_221_538);
    expect(
      bench.columns
        .map((column) => column.kind)
        .slice(-5)
        .join(' ')
    ).toBe('conv context gate maps resize');
    bench.setOptions({ head: 'ssdlite', reducedTail: true }, 'head');
    expect(bench.cost.params).toBe(3_440_060);
    expect(bench.arch.input).toEqual([320, 320, 3]);
    bench.setOptions({}, 'none');
    expect(bench.base).toBe(large);
  });

  test('make edits again, widths scaled', () => {
    const bench = fresh();
    bench.edit('rows.7.expSize', 240, 'exp');
    bench.edit('rows.7.kernel', 7, 'k');
    bench.setOptions({ width: 0.5, outputStride: 16 }, 'options');
    expect([bench.columns[8]?.expSize, bench.columns[8]?.kernel]).toEqual([120, 7]);
    expect(bench.columns[9]?.dilation).toBe(2);
    expect(changesOf(bench.columns, bench.baseColumns).count).toBe(2);
    bench.setOptions({}, 'none');
    expect([bench.columns[8]?.expSize, bench.columns[8]?.kernel]).toEqual([240, 7]);
  });
});

describe('changes against the opened network', () => {
  test('a duplicated row is one added column, a removed one counts once, an edit names its old text', () => {
    const bench = fresh();
    bench.duplicate(4, 'dup');
    let changes = changesOf(bench.columns, bench.baseColumns);
    expect([changes.added.size, changes.count]).toEqual([1, 1]);
    bench.undo();
    bench.remove(4, 'del');
    expect(changesOf(bench.columns, bench.baseColumns).count).toBe(1);
    bench.undo();
    bench.edit('rows.3.nl', 'relu', 'NL');
    changes = changesOf(bench.columns, bench.baseColumns);
    expect([...changes.before]).toEqual([['4.nl', 'HS']]);
  });
});

describe('what 8 bits did', () => {
  const noises = [
    { id: 'stem', snrDb: 31 },
    { id: 'row01.project', snrDb: 24.5 }
  ];

  test('is known of the table that was exported, and again once an edit is undone', () => {
    const bench = fresh();
    expect([bench.noiseKnown, bench.noises]).toEqual([false, null]);
    bench.setNoise({ noises, isOf: (arch) => arch === bench.base });
    expect(bench.noises?.slice(0, 3).map((noise) => noise?.snrDb)).toEqual([31, 24.5, undefined]);
    bench.edit('rows.8.kernel', 3, 'k of 9: 5 to 3');
    expect([bench.noiseKnown, bench.noises]).toEqual([true, null]);
    bench.undo();
    expect(bench.noises).not.toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Architecture } from './architecture';
import { readWidthCell } from './cell';
import { makeDivisible, nearestMultiples } from './divisible';
import { duplicateRow, insertRow, moveRow, removeRow, setExpSize, setField, setOut } from './edit';
import { fitTo } from './fit';
import { checkArchitecture, parseArchitecture, parseArchitectureText } from './parse';
import { presetById, presets } from './presets/catalogue';
import { reduceTail } from './reduced-tail';
import { scaleWidth } from './scale';
import { parseUrlCode, toUrlCode } from './url-code';

const archOf = (id: string): Architecture => presetById(id)!.arch;
const stridesOf = (arch: Architecture): number[] =>
  arch.rows.map((row) => (row.kind === 'squeezeExcite' ? 1 : row.stride));
const small = archOf('v3-small');

describe('makeDivisible(width)', () => {
  test.each([
    [18, 24],
    [12, 16],
    [22, 24],
    [30, 32],
    [3, 8]
  ])('rounds %i to %i, never more than 10 %% down', (width, rounded) => {
    expect(makeDivisible(width)).toBe(rounded);
  });

  test('nearestMultiples(150) offers 152 before 144, both positive for tiny widths', () => {
    expect(nearestMultiples(150)).toEqual([152, 144]);
    expect(nearestMultiples(3)).toEqual([8, 16]);
  });
});

describe('parseArchitecture(value)', () => {
  test.each(presets.map((preset) => preset.id))('accepts %s as JSON', (id) => {
    expect(parseArchitectureText(JSON.stringify(archOf(id)))).toEqual({ kind: 'ok', value: archOf(id) });
  });

  test.each([
    ['rows.3.expSize', 0, 'from 1 to 8192, got 0'],
    ['rows.3.expSize', -3, 'got -3'],
    ['rows.3.expSize', 1e9, 'got 1000000000'],
    ['rows.3.out', 'many', '#out must be a number'],
    ['rows.3.stride', 3, 'stride must be 1, 2'],
    ['rows.3.kernel', 4, 'kernel must be 1, 3, 5, 7'],
    ['format', 2, 'format must be 1'],
    ['input.0', 0, 'input height'],
    ['classes', 1, 'classes'],
    ['norm.epsilon', 'tiny', 'epsilon must be a number'],
    ['norm.epsilon', 2, 'epsilon must be at most 1'],
    ['norm.momentum', -1, 'momentum must be at least 0']
  ])('refuses %s = %s with the path and the rule', (path, value, rule) => {
    const issues = checkArchitecture(setField(small, path, value));
    expect(issues).toHaveLength(1);
    expect(issues[0]?.path).toBe(path);
    expect(issues[0]?.message).toContain(rule);
  });

  test('refuses a fourth input size where it stands', () => {
    expect(checkArchitecture(setField(small, 'input', [28, 28, 1, 1]))).toEqual([
      { path: 'input.3', message: 'input must be a list of height, width and channels' }
    ]);
  });

  test('never throws, whatever JSON it is given, and says why in our own words', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseArchitecture(value);
        if (parsed.kind !== 'bad') throw new Error('random JSON must be refused');
        expect(parsed.issues.some((issue) => issue.message.includes('Invalid'))).toBe(false);
      }),
      { numRuns: 500 }
    );
  });

  test('says what is wrong with text that is no JSON', () => {
    const parsed = parseArchitectureText('{"format": 1,');
    expect(parsed.kind === 'bad' && parsed.issues[0]?.message).toContain('must be JSON');
  });
});

describe('readWidthCell(arch, path, text)', () => {
  test.each([
    ['150', 'not a multiple of 8', [152, 144]],
    ['0', 'at least 8', [8, 16]],
    ['-3', 'at least 8', [8, 16]],
    ['1e9', 'more than 8192', [8192, 8184]],
    ['wide', 'not a number', []],
    ['', 'not a number', []]
  ])('answers %s with the rule and the nearest widths', (text, rule, nearest) => {
    const answer = readWidthCell(small, 'rows.4.expSize', text);
    expect(answer.kind).toBe('bad');
    if (answer.kind !== 'bad') return;
    expect(answer.issue.message).toContain(rule);
    expect(answer.issue.nearest).toEqual(nearest);
  });

  test('an exp size takes its squeeze width along and leaves other rows untouched', () => {
    const answer = readWidthCell(small, 'rows.4.expSize', '160');
    if (answer.kind !== 'ok') throw new Error('160 is legal');
    expect(answer.arch.rows[4]).toMatchObject({ expSize: 160, se: { channels: 40 } });
    expect(answer.arch.rows[5]).toBe(small.rows[5]);
  });

  test('an SE after the projection that is a quarter of #out follows it, not the exp size', () => {
    const printed = presetById('article-002-small')?.arch ?? expect.fail();
    const first = printed.rows[0];
    expect(first).toMatchObject({ expSize: 16, out: 16, se: { channels: 4, place: 'afterProject' } });
    const typed = (path: string, text: string): Architecture => {
      const answer = readWidthCell(printed, path, text);
      return answer.kind === 'ok' ? answer.arch : expect.fail(answer.issue.message);
    };
    expect(typed('rows.0.out', '24').rows[0]).toMatchObject({ out: 24, se: { channels: 6 } });
    expect(typed('rows.0.expSize', '64').rows[0]).toMatchObject({ expSize: 64, se: { channels: 4 } });
    // Any other width stays when edited.
    const own = setField(printed, 'rows.0.se.channels', 5);
    expect(setOut(own, 0, 24).rows[0]).toMatchObject({ out: 24, se: { channels: 5 } });
    // Half the width, half the tail: a quarter of the new #out.
    for (const next of [scaleWidth(printed, 0.5), reduceTail(printed)]) {
      const gated = next.rows.flatMap((row) => (row.kind === 'bneck' && row.se ? [[row.se.channels, row.out]] : []));
      expect(gated.map(([channels]) => channels)).toEqual(gated.map(([, out]) => Math.floor((out ?? 0) / 4)));
    }
  });
});

describe('edits', () => {
  test('insert, duplicate, move and remove keep every other row', () => {
    const row = small.rows[0]!;
    expect(insertRow(small, 2, row).rows[2]).toBe(row);
    expect(duplicateRow(small, 0).rows[1]).toEqual({ ...row, stride: 1 });
    expect(moveRow(small, 0, 3).rows[3]).toBe(row);
    expect(removeRow(small, 0).rows).toEqual(small.rows.slice(1));
    expect(setExpSize(small, 0, 24).rows.slice(1)).toEqual(small.rows.slice(1));
  });
});

describe('fitTo(arch, shape, classes)', () => {
  test('V3-Small on 28x28x1 keeps a 4x4 last map by opening the first two strides', () => {
    const { arch, changes } = fitTo(small, [28, 28, 1], 10);
    expect(arch.stem?.stride).toBe(1);
    expect(stridesOf(arch)).toEqual([1, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1]);
    expect(changes.map((change) => change.kind)).toEqual(['input', 'classes', 'stride', 'stride', 'momentum']);
  });

  test('changes nothing when the pictures already fit', () => {
    const fitted = fitTo(small, [28, 28, 1], 10).arch;
    expect(fitTo(fitted, [28, 28, 1], 10)).toEqual({ arch: fitted, changes: [] });
  });

  test('stops at stride 1 everywhere for pictures smaller than 4 px', () => {
    expect(stridesOf(fitTo(small, [2, 2, 1], 10).arch).every((stride) => stride === 1)).toBe(true);
  });
});

describe('toUrlCode(arch)', () => {
  test('names an untouched preset', () => {
    expect(toUrlCode(small)).toBe('1~v3-small');
  });

  test('comes back as the same table, edited or scaled', () => {
    for (const preset of presets) {
      for (const arch of [preset.arch, scaleWidth(preset.arch, 0.5), fitTo(preset.arch, [28, 28, 1], 10).arch]) {
        expect(parseUrlCode(toUrlCode(arch))).toEqual({ kind: 'ok', value: arch });
      }
    }
  });

  test('mutated links give issues or a valid table, never an exception', () => {
    const code = toUrlCode(fitTo(small, [28, 28, 1], 10).arch);
    const mutated = fc.tuple(fc.nat(code.length), fc.nat(8), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(mutated, ([at, cut, text]) => {
        const parsed = parseUrlCode(code.slice(0, at) + text + code.slice(at + cut));
        expect(parsed.kind === 'bad' || checkArchitecture(parsed.value).length === 0).toBe(true);
      }),
      { numRuns: 2000 }
    );
  });
});

test('a table or a link of more letters than any has is refused before it is looked at', () => {
  const rows = Array.from({ length: 60_000 }, () => null);
  const table = parseArchitectureText(JSON.stringify({ ...small, rows }));
  const link = parseUrlCode(`1~${'_r9'.repeat(20_000)}`);
  const issues = [table, link].map((read) => read.kind === 'bad' && read.issues.map(({ message }) => message));
  expect(issues).toEqual([[expect.stringContaining('200000 letters')], [expect.stringContaining('20000 letters')]]);
});

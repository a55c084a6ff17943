import { describe, expect, test } from 'vitest';
import {
  call,
  laidOut,
  proseLines,
  python,
  pythonFloat,
  pythonList,
  pythonNumber,
  pythonTuple,
  tableOf
} from './python-text';

describe('python`…`', () => {
  test('drops the common indentation and keeps that of a hole of several lines', () => {
    const body = 'a = 1\n\nb = "\\n"';
    expect(python`
      def f():
          ${body}
          return ${0}
    `).toBe('def f():\n    a = 1\n\n    b = "\\n"\n    return 0');
  });

  test('takes away a line that holds nothing but empty holes, no other', () => {
    expect(python`
      a
      ${false}
      ${null}${''}

      b${false}
    `).toBe('a\n\nb');
  });
});

describe('laidOut', () => {
  const long = call('f', 'a'.repeat(50), false, 'b'.repeat(43));
  test('keeps a call on one line up to 100 columns', () => {
    expect(laidOut(long, 2)).toHaveLength(98);
    expect(laidOut(long, 2)).not.toContain('\n');
  });

  test('breaks at the brackets where the arguments fit on a line', () => {
    expect(laidOut(long, 1, ',,')).toBe(`f(\n    ${'a'.repeat(50)}, ${'b'.repeat(43)}\n)`);
  });

  test('gives each argument a line where they do not, and nested calls theirs', () => {
    const nested = call('g', long, 'c=1');
    const lines = laidOut(nested, 0);
    expect(lines).toBe(`g(\n    ${laidOut(long, 4, ',').replaceAll('\n', '\n    ')},\n    c=1,\n)`);
  });
});

test('numbers are Python numbers, floats have a point', () => {
  expect([1, 0.5, 1e-5, 0].map(pythonNumber)).toEqual(['1', '0.5', '1e-5', '0']);
  expect([1, 1 - 0.99, 1 - 0.9997, 0].map(pythonFloat)).toEqual(['1.0', '0.01', '0.0003', '0.0']);
  expect([[], [1], [1, 2]].map(pythonTuple)).toEqual(['()', '(1,)', '(1, 2)']);
});

test('a list takes a line, three, or one for each item', () => {
  expect(pythonList('A', ['1', '2'])).toBe('A = [1, 2]');
  expect(pythonList('AB', Array<string>(24).fill('22'))).toBe(`AB = [\n    ${Array(24).fill('22').join(', ')}\n]`);
  expect(pythonList('A', Array<string>(40).fill('22')).split('\n')).toHaveLength(42);
});

test('text for a docstring cannot end it, and breaks at words', () => {
  expect(proseLines('a """\\ b\u2028c\n\0d\u202ee')).toEqual(["a '''/ b c d e"]);
  expect(proseLines('aaaa bbb ccccccc', 5)).toEqual(['aaaa', 'bbb', 'ccccc', 'cc']);
  expect(proseLines(' \n')).toEqual([]);
});

describe('tableOf', () => {
  const cell = (header: string, text: string) => ({ header, text });
  test('aligns columns to the right below their names, again wherever another kind begins', () => {
    const rows = [
      { name: 'Row', cells: [cell('out', '8'), cell('se', '120')] },
      { name: 'Row', cells: [cell('out', '1280'), cell('se', '0')] },
      { name: 'Gates', cells: [cell('se', '4')] }
    ];
    expect(tableOf('TABLE', rows).split('\n')).toEqual([
      '# fmt: off',
      'TABLE = [',
      '    #    out   se',
      '    Row(   8, 120),',
      '    Row(1280,   0),',
      '    #     se',
      '    Gates( 4),',
      ']',
      '# fmt: on'
    ]);
  });

  test('gives up room for names before a line grows too long', () => {
    const rows = [{ name: 'Row', cells: Array.from({ length: 12 }, () => cell('a long name', '1')) }];
    expect(tableOf('T', rows).split('\n')[3]).toBe(`    Row(${Array(12).fill('1').join(', ')}),`);
  });
});

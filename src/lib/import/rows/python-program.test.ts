/** @file Unit tests of the reader of Python texts. */
import { describe, expect, test } from 'vitest';
import { NotUnderstood } from '../graph/graph';
import { PythonProgram } from './python-program';
import type { PythonValue } from './python-values';

/** A value as plain data: calls are [name, ...args, {named}]. */
function plain(value: PythonValue): unknown {
  if (value.kind === 'none') return null;
  if (value.kind === 'list') return value.items.map(plain);
  if (value.kind === 'name') return `@${value.name}`;
  if (value.kind === 'unknown') return '?';
  if (value.kind !== 'call') return value.value;
  const named = Object.fromEntries([...value.named].map(([key, inner]): [string, unknown] => [key, plain(inner)]));
  return [value.name, ...value.args.map(plain), ...(value.named.size > 0 ? [named] : [])];
}

const statements = (text: string): unknown[] =>
  new PythonProgram(text).statements.map(({ target, value }) =>
    target === null ? plain(value) : { [target]: plain(value) }
  );

/** Processor time, which other processes do not lengthen; the least of three, as compiling and clearing up count too. */
function cpuMs(run: () => void): number {
  const once = (): number => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return Math.min(once(), once(), once());
}

describe('PythonProgram(text)', () => {
  test.each([
    ['a = 1_280 // 3 - -2 * (4 + 1)', [{ a: 436 }]],
    ['a = 1e-3, .5, 7., True, None', [{ a: [0.001, 0.5, 7, true, null] }]],
    ['a = "it\\"s" \'two\'', [{ a: 'it"stwo' }]],
    ['"""doc\nstring"""', ['doc\nstring']],
    ['[[1, 2],\n # a comment [\n (3,)]', [[[1, 2], [3]]]],
    ['f(1, b=g(x.y)(2), **rest).eval()', [['f', 1, { b: '?' }]]],
    ['m: nn.Module = Net(a=1)', [{ m: ['Net', { a: 1 }] }]],
    ['d = 2\nx = [160 // d, d if 1 else 0, e]', [{ d: 2 }, { x: [80, 2, '@e'] }]],
    ['x = 2 if wide else 1\ny = x', [{ x: '?' }, { y: '@x' }]],
    ['x = a[0], {"k": 1}, not b, [c for c in d]', [{ x: ['?', '?', '?', ['?']] }]],
    ['def f(a=1):\n  if a == "b":\n    return g(2)', [['g', 2]]],
    ['a = \\\n 3;b = 4', [{ a: 3 }]],
    ['row(1),\nrow(2),', [[['row', 1]], [['row', 2]]]],
    ['constructor = __proto__ = 3', [{ ['__proto__']: 3 }]]
  ])('reads %j', (text, expected) => {
    expect(statements(text)).toHaveLength(expected.length);
    expect(JSON.stringify(statements(text))).toBe(JSON.stringify(expected));
  });

  test('takes assumed numbers for names that are given none, and says which', () => {
    const program = new PythonProgram('b = 2 if wide else 1\nx = [8 // b, c]', new Map([['b', 1]]));
    expect(program.statements.map(({ value }) => plain(value))).toEqual(['?', [8, '@c']]);
    expect([...program.usedAssumed]).toEqual(['b']);
  });

  test('keeps the first comment as the title', () => {
    expect(new PythonProgram('\n#  Net 3 \n# more').title).toBe('Net 3');
    expect(new PythonProgram('a = 1 # Net').title).toBe(null);
  });

  test.each([
    ['a bracket that is never closed', 'a = [1, (2)'],
    ['a bracket that is never opened', 'a = [1]]'],
    ['brackets of two kinds', 'a = [1)'],
    ['brackets without end', '['.repeat(500_000)],
    ['calls without end', 'f('.repeat(300_000)],
    ['choices without end', '1 if 1 else '.repeat(80_000)],
    ['numbers without end', `[${'1,'.repeat(499_000)}]`],
    ['signs without end', `a = ${'-'.repeat(900_000)}1`],
    ['dots without end', `a = b${'.c'.repeat(400_000)}`]
  ])('refuses %s, at once', (_, text) => {
    expect(cpuMs(() => expect(() => new PythonProgram(text)).toThrow(NotUnderstood))).toBeLessThan(200);
  });

  test.each([
    ['a string', `'${'x'.repeat(999_990)}'`],
    ['blanks', ' '.repeat(999_999)],
    ['lines', '\n'.repeat(999_999)],
    ['digits', '1'.repeat(999_999)],
    ['one name', 'a'.repeat(999_999)]
  ])('passes over a million letters of %s at once', (_, text) => {
    expect(cpuMs(() => expect(new PythonProgram(text).statements.length).toBeLessThan(3))).toBeLessThan(200);
  });
});

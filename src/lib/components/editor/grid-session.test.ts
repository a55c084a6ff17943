import { describe, expect, test } from 'vitest';
import { presetById } from '../../arch/presets/catalogue';
import type { Issue } from '../../arch/architecture';
import { lower } from '../../ops/lower';
import { columnsOf } from '../../diagram/columns';
import { fieldsOf, type Cell, type Option } from './cells';
import { gridKey } from './grid-keys';
import { fieldLine, GridSession, nearestOf } from './grid-session.svelte';

const arch = presetById('v3-small')?.arch;
if (!arch) throw new Error('test: no preset v3-small');
const columns = columnsOf(arch, lower(arch));
const key = (name: string, extra: { altKey?: boolean; ctrlKey?: boolean } = {}) => ({
  key: name,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...extra
});

function open(refuse: readonly Issue[] = []) {
  const calls: unknown[][] = [];
  const session = new GridSession({
    columns: () => columns,
    fields: () => fieldsOf(columns),
    computed: () => 4,
    commit: (cell: Cell, value: Option['value']) => {
      calls.push(['commit', cell.path, value]);
      return refuse;
    },
    select: (column) => calls.push(['select', column]),
    shift: (column, by) => {
      calls.push(['shift', column, by]);
      return column + by;
    },
    remove: (column) => calls.push(['remove', column])
  });
  return { session, calls };
}

describe('keys of the grid', () => {
  const size = { lines: fieldLine + 10, columns: 16 };
  const at = { line: 3, column: 8 };
  test.each([
    ['ArrowUp', { line: 2, column: 8 }],
    ['ArrowRight', { line: 3, column: 9 }],
    ['Home', { line: 3, column: 0 }],
    ['End', { line: 3, column: 15 }]
  ])('%s goes', (name, to) =>
    expect(gridKey({ key: name, alt: false, mod: false }, at, size)).toEqual({ kind: 'go', to })
  );
  test('arrows stop at the edge', () =>
    expect(gridKey({ key: 'ArrowUp', alt: false, mod: false }, { line: 0, column: 0 }, size)).toEqual({
      kind: 'go',
      to: { line: 0, column: 0 }
    }));
  test('leaves undo and tab to the page', () => {
    expect(gridKey({ key: 'z', alt: false, mod: true }, at, size)).toBeNull();
    expect(gridKey({ key: 'Tab', alt: false, mod: false }, at, size)).toBeNull();
  });
});

describe('a visit to the grid', () => {
  const exp = { line: fieldLine + 1, column: 8 };

  test('typing opens the field with the key, settling commits it', () => {
    const { session, calls } = open();
    session.at = exp;
    expect(session.key(key('1'))).toBe(true);
    expect(session.typing).toMatchObject({ text: '1', issue: null });
    session.type('152');
    expect(session.settle('152')).toBe(true);
    expect(calls).toEqual([['commit', 'rows.7.expSize', '152']]);
    expect(session.typing).toBeNull();
  });

  test('a refused text stays with its issue, Escape gives the old value back', () => {
    const issue = { path: 'rows.7.expSize', message: '150 is not a multiple of 8', nearest: [152, 144] };
    const { session } = open([issue]);
    session.press(exp);
    expect(session.settle('150')).toBe(false);
    expect(session.typing).toMatchObject({ text: '150', issue });
    expect(session.isTyping(exp.line, exp.column)).toBe(true);
    session.cancel();
    expect(session.typing).toBeNull();
  });

  test('plus and minus step widths by 8 to multiples of 8, never below 8', () => {
    const { session, calls } = open();
    session.at = { line: fieldLine + 2, column: 0 };
    session.key(key('+'));
    session.key(key('-'));
    session.at = { line: fieldLine + 1, column: 1 };
    session.key(key('-'));
    expect(calls.map((call) => call[2])).toEqual(['24', '8', '8']);
  });

  test('Space toggles SE and goes round the activations', () => {
    const { session, calls } = open();
    session.at = { line: fieldLine + 3, column: 2 };
    session.key(key(' '));
    session.at = { line: fieldLine + 4, column: 4 };
    session.key(key(' '));
    expect(calls).toEqual([
      ['commit', 'rows.1.se', true],
      ['commit', 'rows.3.nl', 'relu']
    ]);
  });

  test('a kernel that does not exist offers the two nearest ones', () => {
    const { session } = open();
    const cell = session.cellAt({ line: fieldLine, column: 3 });
    expect(cell && nearestOf(cell, '4', { path: cell.path, message: 'no' })).toEqual(['3', '5']);
  });

  test('Alt with an arrow moves the row and the focus with it; Delete removes it', () => {
    const { session, calls } = open();
    session.at = exp;
    session.key(key('ArrowLeft', { altKey: true }));
    expect(session.at.column).toBe(7);
    session.key(key('Delete'));
    expect(calls).toEqual([
      ['shift', 8, -1],
      ['remove', 7]
    ]);
  });

  test('the pool has nothing to edit', () => {
    const { session, calls } = open();
    session.at = { line: fieldLine + 2, column: 13 };
    expect(session.key(key('8'))).toBe(false);
    expect(calls).toEqual([]);
  });
});

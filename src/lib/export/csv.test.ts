import { describe, expect, test } from 'vitest';
import type { Architecture } from '../arch/architecture';
import { applyNetworkOptions } from '../arch/options';
import { presetById, presets } from '../arch/presets/catalogue';
import { totalCost } from '../cost/cost';
import { lower } from '../ops/lower';
import { csvCell, toCsv } from './csv';

/** Reads RFC 4180, letter by letter. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') cell += text.charAt(i++);
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ',') {
      row.push(cell);
      cell = '';
    } else if (letter === '\r' && text[i + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      i++;
    } else cell += letter;
  }
  return rows;
}

const records = (text: string): Record<string, string>[] => {
  const [head = [], ...rows] = readCsv(text);
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
};

const v3 = presetById('v3-large')?.arch as Architecture;

describe.each(presets.map(({ id, arch }) => [id, arch] as const))('the layer table of %s', (_, arch) => {
  const [head = [], ...rows] = readCsv(toCsv(arch));
  const ops = lower(arch);

  test('has a line for each op in order, each as long as the header', () => {
    expect(rows.map((row) => row[0])).toEqual(ops.map((op) => op.id));
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
    expect(new Set(head).size).toBe(head.length);
  });

  test('adds up to the cost of the network, to the last digit', () => {
    const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[head.indexOf(name)]), 0);
    const { params, madds, activationBytes } = totalCost(ops);
    expect([sum('params'), sum('madds'), sum('activation_bytes')]).toEqual([params, madds, activationBytes]);
  });
});

test('the first lines of V3-Large are the ones of its paper', () => {
  const [stem, depthwise] = records(toCsv(v3));
  expect(stem).toEqual({
    id: 'stem',
    row: '0',
    kind: 'conv',
    inputs: 'picture',
    in_height_px: '224',
    in_width_px: '224',
    in_channels: '3',
    out_height_px: '112',
    out_width_px: '112',
    out_channels: '16',
    kernel_height_px: '3',
    kernel_width_px: '3',
    stride_height_px: '2',
    stride_width_px: '2',
    dilation_px: '1',
    pad_top_px: '0',
    pad_bottom_px: '1',
    pad_left_px: '0',
    pad_right_px: '1',
    nl: 'hardSwish',
    params: '464',
    madds: '5419008',
    activation_bytes: '802816',
    receptive_field_height_px: '3',
    receptive_field_width_px: '3'
  });
  expect([depthwise?.id, depthwise?.kind, depthwise?.row]).toEqual(['row01.depthwise', 'depthwise', '1']);
});

test('an op that reads two maps names both; what a kind does not have is empty', () => {
  const add = records(toCsv(v3)).find(({ kind }) => kind === 'add');
  expect((add?.inputs ?? '').split(' ')).toHaveLength(2);
  expect([add?.nl, add?.kernel_height_px, add?.pad_top_px, add?.madds]).toEqual(['', '', '', '0']);
});

test('heads of other tasks have their lines, too', () => {
  for (const head of ['lraspp', 'ssdlite', 'features'] as const) {
    const arch = applyNetworkOptions(v3, { head });
    expect(records(toCsv(arch))).toHaveLength(lower(arch).length);
  }
});

describe('a cell', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['=A1,"B"', `"'=A1,""B"""`],
    ['\t=1', "'\t=1"],
    ['', ''],
    [null, ''],
    [-0.1, '-0.1'],
    [226_000_000, '226000000']
  ])('%j is written %j', (cell, text) => expect(csvCell(cell)).toBe(text));

  test('comes back from a reader, but for the apostrophe of a formula', () => {
    for (const text of ['a', 'a"b', '"', ',', '\r\n', 'ä€😀', 'a,b\r\n"c"'])
      expect(readCsv(`${csvCell(`x${text}`)}\r\n`)).toEqual([[`x${text}`]]);
  });
});

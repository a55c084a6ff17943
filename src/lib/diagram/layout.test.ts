import { describe, expect, test } from 'vitest';
import { fitTo } from '../arch/fit';

import type { Architecture } from '../arch/architecture';
import { applyNetworkOptions } from '../arch/options';
import { presetById, presets } from '../arch/presets/catalogue';
import { totalCost } from '../cost/cost';
import { lower } from '../ops/lower';
import { columnsOf, type Column } from './columns';
import { insideOf } from './inside';
import { hero, layoutScore, stagesOf, type Score } from './layout';
import { heatClass } from './metric';
import { excitedFrom, headShare, roomAbove } from './notes';
import { mesh, outline, stripes } from './paths';

const archOf = (id: string): Architecture => {
  const arch = presetById(id)?.arch;
  if (!arch) throw new Error(`test: no preset ${id}`);
  return arch;
};
const columnsFor = (arch: Architecture): Column[] => columnsOf(arch, lower(arch));
const laid = (columns: Column[], width = 1344): Score =>
  layoutScore(columns, { width, gutter: hero.gutter, ground: hero.ground, tall: hero.tall });

describe('the score of V3-Small at 224', () => {
  const columns = columnsFor(archOf('v3-small'));
  const score = laid(columns);

  test('has one column per line of the paper, then pool and two dense layers', () => {
    expect(columns.map((column) => column.kind).join(' ')).toBe(`conv ${'bneck '.repeat(11)}conv pool dense dense`);
    expect(columns.map((column) => column.out)).toEqual([
      16, 16, 24, 24, 40, 40, 40, 48, 48, 96, 96, 96, 576, 576, 1024, 1000
    ]);
  });

  test('draws heights as 19.4 px times the square root of the resolution', () => {
    for (const [i, column] of columns.entries()) {
      expect(score.blocks[i]?.from).toBeCloseTo(19.4 * Math.sqrt(column.input[0]), 6);
      expect(score.blocks[i]?.to).toBeCloseTo(19.4 * Math.sqrt(column.output[0]), 6);
    }
  });

  test('draws widths as 1.69 px times the square root of the channels, 5.8 at least, when there is room', () => {
    expect(score.widthShare).toBe(1);
    expect(score.blocks[10]?.body).toBeCloseTo(1.69 * Math.sqrt(576), 6);
    expect(score.blocks[10]?.secondWidth).toBeCloseTo(1.69 * Math.sqrt(96), 6);
    expect(score.blocks[1]?.secondWidth).toBeCloseTo(1.69 * 4, 6);
    expect(
      laid(columnsFor({ ...archOf('v3-small'), stem: { kernel: 3, out: 8, nl: 'relu', stride: 2 } })).blocks[0]?.body
    ).toBe(5.8);
  });

  test('centres every block in its own column and never lets two meet', () => {
    for (const [i, block] of score.blocks.entries()) {
      expect(block.centre).toBeCloseTo(hero.gutter + score.columnWidth * (i + 0.5), 6);
      expect((block.x + block.right) / 2).toBeCloseTo(block.centre, 6);
      expect(block.right - block.x).toBeLessThan(score.columnWidth);
    }
  });

  test('groups stages by output resolution without a gap', () => {
    expect(score.stages.map((stage) => [stage.size[0], stage.first, stage.last])).toEqual([
      [112, 0, 0],
      [56, 1, 1],
      [28, 2, 3],
      [14, 4, 8],
      [7, 9, 12],
      [1, 13, 15]
    ]);
  });

  test('draws an arc for each residual of the paper', () => {
    expect(columns.filter((column) => column.residual === 'identity').map((column) => column.index)).toEqual([
      3, 5, 6, 8, 10, 11
    ]);
    expect(score.arcs).toHaveLength(6);
    for (const arc of score.arcs) expect(arc.to).toBeGreaterThan(arc.from);
  });

  test('labels the axis with each resolution once, tallest first', () => {
    expect(score.ticks.map((tick) => tick.pixels)).toEqual([224, 112, 56, 28, 14, 7]);
  });

  test('finds the notes and room for them', () => {
    expect(excitedFrom(columns)).toBe(4);
    const head = headShare(columns);
    expect(head.layers).toBe(2);
    expect(head.params).toBeCloseTo((590_848 + 1_025_000) / 2_542_856, 9);
    expect(roomAbove(score, 1100, 1344, 200)).toBe(true);
    expect(roomAbove(score, 112, 300, 200)).toBe(false);
  });
});

describe.each(['v1', 'v2', 'v3-large'])('the score of %s', (id) => {
  test('fits its columns in the width of the page by one common share', () => {
    const columns = columnsFor(archOf(id));
    const score = laid(columns);
    expect(score.blocks).toHaveLength(columns.length);
    for (const block of score.blocks) expect(block.right - block.x).toBeLessThanOrEqual(score.columnWidth - 7);
    expect(score.widthShare).toBeGreaterThan(0.5);
  });
});

test('a 28 px picture fills the same height as a 224 px one', () => {
  const arch = fitTo(archOf('v3-small'), [28, 28, 1], 10).arch;
  const score = laid(columnsFor(arch));
  expect(score.blocks[0]?.from).toBeCloseTo(hero.tall, 6);
  expect(stagesOf(columnsFor(arch)).map((stage) => stage.size[0])).toEqual([28, 14, 7, 4, 1]);
});

test('V1 columns have a depthwise body and a 1x1 mesh beside it', () => {
  const block = laid(columnsFor(archOf('v1'))).blocks[1];
  expect(block?.secondWidth).toBeGreaterThan(block?.body ?? Infinity);
});

describe('marks', () => {
  const body = { x: 10, width: 40, ground: 100, from: 80, to: 40 };
  test('an outline slopes from its input to its output height', () =>
    expect(outline(body)).toBe('M10 100L10 20L50 60L50 100Z'));
  test('stripes stand every four pixels', () => expect(stripes(body).match(/M/g)).toHaveLength(9));
  test('a mesh crosses at least twice', () => expect(mesh({ ...body, from: 4, to: 4 }).match(/M/g)).toHaveLength(4));
  test.each([
    [0, 0],
    [1 / 6 + 0.01, 1],
    [0.5, 2],
    [0.51, 3],
    [1, 5],
    [null, 0]
  ])('a share of %s has heat class %s', (share, heat) => expect(heatClass(share, 1)).toBe(heat));
});

describe('inside a block', () => {
  const columns = columnsFor(archOf('v3-small'));
  test('a bneck opens into its paper parts, whose costs add up to the column', () => {
    const column = columns[9]!;
    const inside = insideOf(column);
    expect(inside.stations.map((station) => station.kind)).toEqual(['input', 'expand', 'depthwise', 'se', 'project']);
    expect(inside.stations.map((station) => station.params).reduce((a, b) => a + b)).toBe(column.params);
    expect(inside.stations.map((station) => station.madds).reduce((a, b) => a + b)).toBe(column.madds);
    expect(inside.stations[3]?.channels).toEqual([288, 72, 288]);
  });
  test('a block whose exp size equals its input has no expand', () =>
    expect(insideOf(columns[1]!).stations.map((station) => station.kind)).toEqual([
      'input',
      'depthwise',
      'se',
      'project'
    ]));
});

describe('every table is drawn', () => {
  const heads = (['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const).map((head) => ({
    id: `v3-small with ${head}`,
    arch: applyNetworkOptions(archOf('v3-small'), { head })
  }));
  test.each([...presets, ...heads].map(({ id, arch }) => [id, arch] as const))(
    '%s: columns are those of its ops, in order, and hold all its cost',
    (_, arch) => {
      const ops = lower(arch);
      const columns = columnsOf(arch, ops);
      expect(columns.length).toBe(Math.max(...ops.map((op) => op.column)) + 1);
      expect(columns.map((column) => column.index)).toEqual(columns.map((_, i) => i));
      const cost = totalCost(ops);
      expect(columns.reduce((sum, column) => sum + column.params, 0)).toBe(cost.params);
      expect(columns.reduce((sum, column) => sum + column.madds, 0)).toBe(cost.madds);
      const score = laid(columns);
      for (const block of score.blocks) {
        expect(Object.values(block).every(Number.isFinite)).toBe(true);
        expect(block.right - block.x).toBeLessThanOrEqual(score.columnWidth);
      }
      for (const column of columns) {
        const inside = insideOf(column);
        const counted = inside.stations.reduce((sum, station) => sum + station.params, inside.shortcut?.params ?? 0);
        expect(counted).toBe(column.params);
      }
    }
  );

  test('LR-ASPP reads the fine map past everything between; a detector reads six maps on one way', () => {
    const [lraspp, , ssdlite, features] = heads.map(({ arch }) => laid(columnsFor(arch)));
    expect(lraspp?.routes.length).toBe(2);
    expect(ssdlite?.routes.filter((route) => route.riseTop !== null).length).toBe(6);
    expect(new Set(ssdlite?.routes.map((route) => route.y)).size).toBe(1);
    expect(features?.routes).toEqual([]);
    for (const route of [...(lraspp?.routes ?? []), ...(ssdlite?.routes ?? [])]) {
      expect(route.y).toBeLessThan(route.toTop);
      if (route.riseTop !== null) expect(route.y).toBeLessThan(route.riseTop);
    }
  });

  test('a single block stands behind its picture, and its map is the answer', () => {
    const columns = columnsFor(archOf('article-000-dwconv'));
    expect(columns.map((column) => [column.kind, column.taps])).toEqual([
      ['picture', []],
      ['depthwise', [1]]
    ]);
  });

  test('article 002 adds through a 1x1 convolution once, where widths differ at stride 1', () => {
    const columns = columnsFor(archOf('article-002-large'));
    expect(columns.filter((column) => column.residual === 'conv').map((column) => column.index)).toEqual([11]);
  });
});

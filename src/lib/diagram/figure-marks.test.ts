import { describe, expect, test } from 'vitest';
import type { Architecture } from '../arch/architecture';
import { applyNetworkOptions } from '../arch/options';
import { presetById, presets } from '../arch/presets/catalogue';
import { lower } from '../ops/lower';
import { columnsOf } from './columns';
import { axisMarks, bandMarks, figureMarks } from './figure-marks';
import { heroScore, heroWidth } from './layout';
import type { Mark } from './marks';
import { mostOf, mostText, valuesOf } from './metric';
import { networkMarks, type Drawing } from './network-marks';

const archOf = (id: string): Architecture => presetById(id)?.arch as Architecture;
function drawing(arch: Architecture, room = 1344): Drawing {
  const columns = columnsOf(arch, lower(arch));
  const values = valuesOf(columns, 'madds', []);
  return { columns, score: heroScore(columns, room), values, most: mostOf(values) };
}
const count = (marks: readonly Mark[], look: Mark['look']): number => marks.filter((mark) => mark.look === look).length;
const networks = [
  ...presets.map(({ id, arch }) => [id, arch] as const),
  ...(['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const).map(
    (head) => [`v3-large with ${head}`, applyNetworkOptions(archOf('v3-large'), { head })] as const
  )
];

describe.each(networks)('the marks of %s', (_, arch) => {
  const drawn = drawing(arch);
  test.each([
    ['figure', figureMarks(drawn)],
    ['axis', axisMarks(drawn.score)],
    ['bands', bandMarks(drawn.score)],
    ['small drawing', networkMarks(drawn, true)]
  ])('in the %s have keys of their own and numbers that can be drawn', (_, marks) => {
    expect(new Set(marks.map(({ key }) => key)).size).toBe(marks.length);
    const numbers = marks.flatMap((mark) => Object.values(mark).filter((value) => typeof value === 'number'));
    expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([]);
    const paths = marks.flatMap((mark) => (mark.shape === 'path' ? [mark.d] : []));
    expect(paths.filter((d) => /NaN|undefined|Infinity/.test(d))).toEqual([]);
    const sizes = marks.flatMap((mark) => (mark.shape === 'rect' ? [mark.width, mark.height] : []));
    expect(sizes.filter((size) => size < 0)).toEqual([]);
  });
});

test('V3-Small has a body for each operator, a plate for each bneck, an arc for each residual', () => {
  const marks = figureMarks(drawing(archOf('v3-small')));
  // A plus is one circle for each residual.
  expect([count(marks, 'body'), count(marks, 'plate'), count(marks, 'plus')]).toEqual([16, 11, 6]);
  expect(count(marks, 'stream')).toBe(16);
});

test('an addition through a 1x1 convolution is dashed and boxed', () => {
  const marks = figureMarks(drawing(archOf('article-002-large')));
  expect([count(marks, 'arc.mixed'), count(marks, 'arc.thin')]).toEqual([1, 1]);
});

test('a small drawing has streams, bodies and plates alone', () => {
  const looks = new Set(networkMarks(drawing(archOf('v3-large')), true).map(({ look }) => look));
  expect([...looks].sort()).toEqual(['body', 'edge', 'mesh', 'plate', 'stream', 'stripe']);
});

test('dilated stripes are dashed, wider for a wider gap', () => {
  const marks = figureMarks(drawing(applyNetworkOptions(archOf('v3-large'), { head: 'lraspp' })));
  const gapped = marks.filter(({ look }) => look === 'stripe.gapped');
  expect(gapped.map((mark) => (mark.shape === 'path' ? mark.dash : ''))).toEqual(['2 3', '2 3', '2 3']);
});

test('a figure fills the room, is scrolled where columns need more, and stays small where they are few', () => {
  const columns = drawing(archOf('v3-large')).columns;
  expect([1344, 800, 1600].map((room) => heroWidth(columns, room))).toEqual([1344, 112 + 20 * 57, 1600]);
  expect(heroWidth(columns.slice(0, 2), 1344)).toBe(112 + 300);
});

test.each([
  ['madds', 30_900_000, '30.9 M'],
  ['madds', 471_859, '0.472 M'],
  ['params', 1_281_000, '1,281,000'],
  ['time', 0.8412, '0.841 ms']
] as const)('the most %s, %d, reads %s', (metric, most, text) => expect(mostText(metric, most)).toBe(text));

/** @file `bneck export --layers`: which layers hurt in 8 bits; and what 8-bit weights alone make of a file. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openFolder, type Ended } from './program';

const { bneck } = openFolder();
const small = ['v3-small', '--width', '0.35', '--input', '32', '--classes', '10', '--weights', 'golden:7'] as const;
const int8 = ['--format', 'tflite', '--int8', '--calibration-pictures', '4'] as const;

describe('each layer alone', () => {
  let ended: Ended;
  beforeAll(() => {
    ended = bneck('export', ...small, ...int8, '--keep-float', 'row01.depthwise', '--layers', '--out', 'q.tflite');
  });

  const rows = (): string[][] => {
    const lines = ended.out.trimEnd().split('\n');
    const head = lines.findIndex((line) => line.startsWith('layer '));
    return lines.slice(head + 1).map((line) => line.trim().split(/ {2,}/));
  };

  test('is a row with its share of the noise, alone and in the chain, the worst first', () => {
    expect(ended.error).toBe('');
    expect(ended.status).toBe(0);
    const shares = rows().flatMap(([, share = '']) => (/^\d+\.\d\d$/.test(share) ? [Number(share)] : []));
    expect(shares.length).toBeGreaterThan(60);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, -0.5);
    const [first] = rows();
    expect(first).toHaveLength(5);
    expect(first?.slice(2).join(' ')).toMatch(/^-?\d+\.\d -?\d+\.\d -?[\d.e-]+ to -?[\d.e-]+$/);
  });

  test('says which stay in floats', () => {
    expect(rows().find(([id]) => id === 'row01.depthwise')).toContain('floats');
  });
});

test('--json carries the layers in execution order', () => {
  const words = [...int8, '--layers', '--json', '--out', 'j.tflite'];
  const told = JSON.parse(bneck('export', ...small, ...words).out) as {
    readonly impacts: readonly { readonly id: string; readonly noise: number }[];
    readonly int8: { readonly layers: readonly { readonly id: string }[] };
  };
  expect(told.impacts.map(({ id }) => id)).toEqual(told.int8.layers.map(({ id }) => id));
  expect(Math.max(...told.impacts.map(({ noise }) => noise))).toBeGreaterThan(0);
});

test('--layers without --int8 is refused', () => {
  const ended = bneck('export', ...small, '--format', 'tflite', '--layers');
  expect(ended.error).toContain('--layers needs --int8');
  expect(ended.status).toBe(2);
});

test.each([
  ['tflite', /^[\d,]+ of [\d,]+ weights \(\d\d\.\d %\) are in 8 bits; floats: depthwise filters$/m],
  ['onnx', /^all [\d,]+ weights are in 8 bits$/m]
])('--precision dynamic-int8 says which weights of .%s became integers', (format, words) => {
  const ended = bneck('export', ...small, '--format', format, '--precision', 'dynamic-int8', '--out', `d.${format}`);
  expect(ended.out).toMatch(words);
});

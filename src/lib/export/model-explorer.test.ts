import { describe, expect, test } from 'vitest';
import type { Architecture } from '../arch/architecture';
import { presetById } from '../arch/presets/catalogue';
import { colours } from '../diagram/colours';
import { lower } from '../ops/lower';
import { toModelExplorer, type NodeKeys, type OpTimes } from './model-explorer';

const arch = presetById('v3-small')?.arch as Architecture;
const ops = lower(arch);
const times: OpTimes = {
  msPerOp: Object.fromEntries(ops.map(({ id }, i) => [id, (i + 1) / 1000])),
  kind: 'measured',
  setting: 'LiteRT.js, 1 thread'
};
/** As an ONNX file has them: an h-swish that became two nodes after its convolution. */
const nodeKeys: NodeKeys = Object.fromEntries(ops.map(({ id }) => [id, [id, `${id}_gate`, `${id}_out`]]));

interface Data {
  readonly name: string;
  readonly results: Readonly<Record<string, { readonly value: number }>>;
  readonly gradient: readonly { readonly stop: number; readonly bgColor: string; readonly textColor: string }[];
}
const read = (text: string): Data => JSON.parse(text) as Data;

describe('toModelExplorer(arch, times, nodeKeys)', () => {
  test('writes the data of one graph, every op once, times as they are', () => {
    const { results } = read(toModelExplorer(arch, times, nodeKeys));
    expect(Object.keys(results)).toEqual(ops.map(({ id }) => id));
    const sum = Object.values(results).reduce((total, { value }) => total + value, 0);
    expect(sum).toBeCloseTo(
      Object.values(times.msPerOp).reduce((a, b) => a + b),
      9
    );
  });

  test.each(['measured', 'predicted'] as const)('says in its name that times were %s, in ms, and on what', (kind) => {
    const { name } = read(toModelExplorer(arch, { ...times, kind }, nodeKeys));
    expect(name).toBe(`MobileNetV3-Small: ${kind} ms (LiteRT.js, 1 thread)`);
  });

  test('shades from the lightest to the darkest heat, from stop 0 to stop 1, in hex', () => {
    const { gradient } = read(toModelExplorer(arch, times, nodeKeys));
    expect(gradient.map(({ stop }) => stop)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(gradient[0]).toEqual({ stop: 0, bgColor: colours.h0.light, textColor: colours.hk0.light });
    expect(gradient[5]?.bgColor).toBe(colours.h5.light);
  });

  test('takes the places of operators in a TFLite file as keys', () => {
    const places = Object.fromEntries(ops.map(({ id }, i) => [id, [String(2 * i)]]));
    const { results } = read(toModelExplorer(arch, times, places));
    expect(results['2']).toEqual({ value: 0.002 });
  });

  test('leaves out ops without a time or a node, and what only looks like an op', () => {
    const msPerOp = { stem: 1, 'row01.depthwise': 2, constructor: 3 };
    const { results } = read(toModelExplorer(arch, { ...times, msPerOp }, { stem: ['a'], 'row01.depthwise': [] }));
    expect(results).toEqual({ a: { value: 1 } });
  });

  test.each([NaN, -1, Infinity])('refuses %s ms', (ms) => {
    expect(() => toModelExplorer(arch, { ...times, msPerOp: { stem: ms } }, nodeKeys)).toThrow(/must be milliseconds/);
  });
});

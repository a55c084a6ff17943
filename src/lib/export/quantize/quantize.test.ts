import { describe, expect, test } from 'vitest';
import type { LiteGraph, LiteNode } from '../tflite/lite-graph';
import { integersOf } from './integers';
import { layersOf, quantize } from './quantize';

const conv = (name: string, from: string): LiteNode & { kind: 'conv' } => ({
  kind: 'conv',
  name,
  inputs: [from],
  out: [2, 2, 2],
  weight: { shape: [1, 1, 2, 2], data: Float32Array.of(1, -2, 0.5, 1) },
  bias: Float32Array.of(0.25, 0),
  stride: [1, 1],
  dilation: [1, 1],
  padding: 'valid',
  nl: 'linear'
});

const graph: LiteGraph = {
  name: 'two',
  input: [2, 2, 2],
  nodes: [
    conv('stem.before', ''),
    { kind: 'activation', name: 'stem', inputs: ['stem.before'], out: [2, 2, 2], nl: 'relu' },
    { kind: 'mean', name: 'gate.pool', inputs: ['stem'], out: [1, 1, 2] },
    conv('gate', 'gate.pool')
  ],
  outputs: ['gate']
};
const layers = ['stem', 'gate', 'gate.pool'];
const ranges = new Map(['', ...graph.nodes.map(({ name }) => name)].map((name) => [name, [-1, 1] as const]));

describe('quantize', () => {
  test('a node belongs to the longest id that its name begins with', () => {
    expect([...layersOf(graph, layers).values()]).toEqual(['stem', 'stem', 'gate.pool', 'gate']);
  });

  test('everything becomes 8-bit', () => {
    const { floats, plan, share } = quantize(graph, { ranges, layers, keep: [] });
    expect([floats.size, plan.size, share]).toEqual([0, 5, { integers: 8, all: 8 }]);
  });

  test('all nodes of a kept layer, and no other, stay floats', () => {
    const { floats, share } = quantize(graph, { ranges, layers, keep: ['gate'] });
    expect([[...floats], share]).toEqual([['gate'], { integers: 4, all: 8 }]);
    expect([...quantize(graph, { ranges, layers, keep: ['stem'] }).floats]).toEqual(['stem.before', 'stem']);
  });

  test('an answer has a grid even where floats give it: files of bytes need one', () => {
    expect(quantize(graph, { ranges, layers, keep: ['gate'] }).plan.has('gate')).toBe(true);
  });

  test('a layer that is not there is refused by name', () => {
    expect(() => quantize(graph, { ranges, layers, keep: ['row99.expand'] })).toThrow(/row99\.expand/);
  });
});

describe('integersOf', () => {
  const from = { scale: Math.fround(0.01), zeroPoint: 0 };

  test('each filter has its own scale, its largest weight 127', () => {
    const { data, scale, bias, unit } = integersOf(conv('stem', ''), from);
    expect([...data]).toEqual([127, -127, 64, 64]);
    expect([...scale]).toEqual([Math.fround(1 / 127), Math.fround(2 / 127)]);
    expect([...bias]).toEqual([Math.round(0.25 / (unit[0] ?? 0)), 0]);
  });

  test('a bias beyond 32 bits widens the scale of its filter', () => {
    const node = { ...conv('stem', ''), weight: { shape: [1, 1, 2, 2], data: Float32Array.of(0, 1, 1e-8, 1) } };
    const { bias, unit, data } = integersOf({ ...node, bias: Float32Array.of(-3, 3) }, from);
    expect(bias[0]).toBeLessThan(-(2 ** 29));
    expect((bias[0] ?? 0) * (unit[0] ?? 0)).toBeCloseTo(-3, 5);
    expect([...data]).toEqual([0, 127, 0, 127]);
  });
});

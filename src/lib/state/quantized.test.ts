import { expect, test } from 'vitest';
import { fitTo } from '../arch/fit';
import { presetById } from '../arch/presets/catalogue';
import { usualInt8 } from '../export/choice';
import type { ExportRequest, ExportResult, Int8Facts } from '../../workers/export/protocol';
import { QuantizedState } from './quantized.svelte';
import { Workbench } from './workbench.svelte';

const { arch } = presetById('v3-small')!;
const factsOf = (table: Int8Facts['arch']): Int8Facts => ({
  arch: table,
  share: { integers: 1, all: 1 },
  layers: [{ id: 'stem', snrDb: 30 }],
  seen: {},
  ranges: { '': [0, 1] },
  spelled: [],
  tuned: null,
  calibratedOn: '',
  floatMs: 2,
  int8Ms: 1,
  floatBytes: 4
});
const request: ExportRequest = {
  arch,
  tensors: {},
  choice: { format: 'tflite', weights: usualInt8 },
  data: null,
  pictures: 0,
  zip: true
};
const resultOf = (int8: Int8Facts): ExportResult & { kind: 'ok' } => ({
  kind: 'ok',
  choice: request.choice,
  files: [],
  notes: [],
  writtenMs: 1,
  proof: null,
  refused: null,
  unproved: null,
  int8,
  tuned: null
});

test('the diagram shows the noise of a table that was fitted to its pictures, and of no other', () => {
  const bench = new Workbench(arch, 'opened');
  const state = new QuantizedState(() => bench);
  state.setNoise(factsOf(fitTo(arch, [28, 28, 1], 10).arch));
  expect([state.showsNoise, bench.noises?.[0]?.snrDb]).toEqual([true, 30]);
  bench.edit('rows.8.kernel', 3, 'k of 9: 5 to 3');
  expect(state.showsNoise).toBe(false);
});

test('the last export can be asked for the layers that hurt, with the numbers it was made of', () => {
  const state = new QuantizedState(() => new Workbench(arch, 'opened'));
  const facts = factsOf(arch);
  expect(state.requestFor(facts)).toBeNull();
  const tuned = { stem: { shape: [1], data: Float32Array.of(1) } };
  state.take(request, { kind: 'done', result: { ...resultOf(facts), tuned } });
  expect(state.requestFor(facts)).toEqual({
    arch,
    tensors: tuned,
    data: null,
    choice: usualInt8,
    ranges: facts.ranges
  });
  expect(state.requestFor({ ...facts })).toBeNull();
  state.take(request, { kind: 'failed', reason: '' });
  expect(state.requestFor(facts)).toBeNull();
});

/** @file `bneck export` and `verify` in every format: TensorFlow.js models run by TensorFlow.js, times by op, checkpoints, and what each format says of its check. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyNetworkOptions } from '../../src/lib/arch/options';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { formats } from '../../src/lib/export/choice';
import { opKey } from '../../src/lib/latency/key';
import { defaultSetting } from '../../src/lib/latency/setting';
import { NO_CORRECTION, toJson, type LatencyTable } from '../../src/lib/latency/table';
import { lower } from '../../src/lib/ops/lower';
import { lastLine, openFolder } from './program';

const { folder, bneck } = openFolder();
const small = ['v3-small', '--width', '0.35', '--input', '32', '--classes', '10', '--weights', 'golden:7'] as const;
const at = (name: string): string => join(folder, name);

describe('TensorFlow.js models', () => {
  test('are run by TensorFlow.js itself beside the network', () => {
    const ended = bneck('export', ...small, '--format', 'tfjs', '--verify', '--pictures', '9', '--out', 'tfjs');
    expect(ended.error).toBe('');
    expect(ended.status).toBe(0);
    expect(ended.out).toMatch(
      /checked in TensorFlow\.js 4\.22\.0 on wasm, 1 threads: max difference \S+ on 9 pictures/
    );
    expect(ended.out).toContain('top-1 agreement 100.0 %');
    expect(ended.out).toMatch(/[\d.]+ ms a picture while it was checked/);
    expect(readdirSync(at('tfjs'))).toContain('model.json');
  });

  test.each(['tfjs/model.json', 'graph.zip'])('%s is verified against the network', (path) => {
    if (path === 'graph.zip') bneck('export', ...small, '--format', 'tfjs-graph', '--out', path);
    const ended = bneck('verify', path, '--against', ...small, '--pictures', '2');
    expect(ended.error).toBe('');
    expect(ended.out).toContain('checked in TensorFlow.js 4.22.0');
    expect(ended.status).toBe(0);
  });

  test('one of other weights fails and ends with 1', () => {
    const other = small.map((word) => (word === 'golden:7' ? 'golden:8' : word));
    const ended = bneck('verify', 'tfjs', '--against', ...other, '--pictures', '2');
    expect(ended.out).toContain('CHECK FAILED in TensorFlow.js');
    expect(ended.status).toBe(1);
  });

  test('one without its shards, or with shards elsewhere on the disk, is refused', () => {
    mkdirSync(at('bare'));
    const json = readFileSync(at('tfjs/model.json'), 'utf8');
    writeFileSync(at('bare/model.json'), json);
    const ended = bneck('verify', 'bare', '--against', ...small);
    expect(lastLine(ended)).toContain('group1-shard1of1.bin');
    expect(ended.status).toBe(2);
    writeFileSync(at('bare/model.json'), json.replace('group1-shard1of1.bin', '../tfjs/group1-shard1of1.bin'));
    expect(lastLine(bneck('verify', 'bare', '--against', ...small))).toContain('must lie below it');
    writeFileSync(at('table.json'), '{}');
    expect(lastLine(bneck('verify', 'table.json', '--against', ...small))).toContain('is no TensorFlow.js model');
  });
});

test('an ONNX file for a fixed number of pictures is proved with that many at once, the last ones filled up', () => {
  const words = ['--format', 'onnx', '--batch', '3', '--verify', '--pictures', '5', '--out', 'three.onnx'];
  const ended = bneck('export', ...small, ...words);
  expect(ended.out).toMatch(/checked in onnxruntime-web 1\.30\.0, 1 threads: max difference \S+ on 5 pictures/);
  expect(ended.status).toBe(0);
});

const arch = applyNetworkOptions(mobileNetV3Small, { width: 0.35, classes: 10, input: [32, 32, 3] });

interface Times {
  readonly name: string;
  readonly results: Readonly<Record<string, { readonly value: number }>>;
}

describe('times for Model Explorer', () => {
  const read = (name: string): Times => JSON.parse(readFileSync(at(name), 'utf8')) as Times;

  beforeAll(() => {
    const keys = [...new Set(lower(arch).map(opKey))];
    const timings = keys.map((key, i) => {
      const ms = (i + 1) / 64;
      return [key, { medianMs: ms, p10Ms: ms, p90Ms: ms, runs: 1, samplesMs: [ms], settled: true }] as const;
    });
    const device = { version: '4.22.0', backend: 'wasm', threads: 1, simd: true, isolated: true };
    const table: LatencyTable = {
      format: 1,
      setting: defaultSetting('tfjs-wasm', arch.input),
      device: { runtime: 'tfjs-wasm', ...device },
      measuredAt: '2026-11-22T10:00:00.000Z',
      correction: NO_CORRECTION,
      calibration: [],
      timings: Object.fromEntries(timings)
    };
    writeFileSync(at('table.json'), toJson(table));
  });

  test('come from a table, one file for the nodes of ONNX, one for those of TensorFlow Lite', () => {
    const words = ['--format', 'model-explorer', '--times', 'table.json', '--out', 'times.zip'];
    const ended = bneck('export', ...small, ...words);
    expect(ended.status).toBe(0);
    expect(ended.out).toContain('their nodes have other names');
    const files = unzipSync(readFileSync(at('times.zip')));
    expect(Object.keys(files)).toEqual(['mobilenetv3-small-onnx-times.json', 'mobilenetv3-small-tflite-times.json']);
    const [onnx, tflite] = Object.values(files).map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Times);
    const named = /measured ms \(tfjs-wasm, 32×32×3, batch 64, ms per image; TensorFlow\.js 4\.22\.0.*by itself\)/;
    expect(onnx?.name).toMatch(named);
    expect(onnx?.results['stem.before']).toEqual({ value: 1 / 64 });
    const values = (times: Times | undefined) => Object.values(times?.results ?? {}).map(({ value }) => value);
    expect(values(onnx)).toEqual(values(tflite));
    expect(values(onnx)).toHaveLength(lower(arch).length);
  });

  test('are measured now where no table is given', () => {
    const ended = bneck('export', 'article-000-dwconv', '--input', '32', '--format', 'model-explorer', '--out', 'now');
    expect(ended.error).toContain('timing the ops of');
    const [name = ''] = readdirSync(at('now')).filter((one) => one.endsWith('-tflite-times.json'));
    const { results } = read(`now/${name}`);
    expect(Object.values(results).every(({ value }) => value > 0)).toBe(true);
  });

  test.each<readonly [words: readonly string[], said: string]>([
    [[...small, '--input', '48', '--format', 'model-explorer', '--times', 'table.json'], 'lacks the time of stem'],
    [[...small, '--format', 'model-explorer', '--times', 'tfjs/model.json'], '--times tfjs/model.json'],
    [[...small, '--format', 'onnx', '--times', 'table.json'], '--times belongs to model-explorer, not to onnx']
  ])('%j is refused', (words, said) => {
    const ended = bneck('export', ...words);
    expect(lastLine(ended)).toContain(said);
    expect(ended.status).toBe(2);
  });
});

describe('a checkpoint', () => {
  test('leaves as .safetensors with its table and comes back as it was', () => {
    expect(bneck('export', ...small, '--format', 'safetensors', '--out', 'net.safetensors').status).toBe(0);
    const verified = bneck('export', 'net.safetensors', '--format', 'onnx', '--out', 'net.onnx');
    expect(verified.status).toBe(0);
    const again = bneck('verify', 'net.onnx', '--against', ...small, '--pictures', '2');
    expect(again.out).toContain('checked in');
    expect(again.status).toBe(0);
  });

  test('keeps what trained it', () => {
    const record = /"dataset":"([^"]*)"/;
    const bytes = readFileSync(at('net.safetensors'));
    const size = Number(bytes.readBigUInt64LE(0));
    const header = bytes
      .subarray(8, 8 + size)
      .toString()
      .trimEnd();
    const named = header.replace('"dataset":""', '"dataset":"ours"');
    const text = named.padEnd(Math.ceil(named.length / 8) * 8);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(at('ours.safetensors'), Buffer.concat([length, Buffer.from(text), bytes.subarray(8 + size)]));
    bneck('export', 'ours.safetensors', '--format', 'safetensors', '--out', 'twice.safetensors');
    expect(record.exec(readFileSync(at('twice.safetensors')).toString('latin1'))?.[1]).toBe('ours');
  });
});

test.each([
  ['pytorch', 'run such source under PyTorch'],
  ['svg', 'nothing to run']
])('%s cannot be run here, and says how it is checked instead', (format, said) => {
  const ended = bneck('export', ...small, '--format', format, '--verify', '--pictures', '1', '--out', `${format}.zip`);
  expect(ended.error).toContain(said);
  expect(ended.status).toBe(0);
});

describe('the list of formats', () => {
  test('is the same in the help and in a refusal', () => {
    const help = bneck('export', '--help').out.replaceAll(/\s+/g, ' ');
    expect(help).toContain(formats.join(', '));
    expect(lastLine(bneck('export', 'v3-small', '--format', 'nnef'))).toContain(formats.join(', '));
  });

  test('PNG is drawn in the page, and the command line says so', () => {
    const ended = bneck('export', 'v3-small', '--format', 'png');
    expect(lastLine(ended)).toContain('the page saves the diagram as PNG');
    expect(ended.status).toBe(2);
  });

  test.each(formats)('README names %s', (format) => {
    expect(readFileSync('README.md', 'utf8').includes(`\`${format}\``)).toBe(true);
  });
});

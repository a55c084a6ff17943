/** @file Test support: every reader of files from outside with good files of its format and the ways in which they break. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../src/cli/input-error';
import { loadState, saveState, type TrainingState } from '../../src/cli/training-state';
import type { Checkpoint } from '../../src/lib/weights/checkpoint';
import { fitTo } from '../../src/lib/arch/fit';
import { describeIssues, parseArchitectureText, type Parsed } from '../../src/lib/arch/parse';
import { presetById, presets } from '../../src/lib/arch/presets/catalogue';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { scaleWidth } from '../../src/lib/arch/scale';
import { parseUrlCode, toUrlCode } from '../../src/lib/arch/url-code';
import { withHead } from '../../src/lib/arch/with-head';
import type { Architecture, ClassifierHead, Issue } from '../../src/lib/arch/architecture';
import { deploy } from '../../src/lib/export/deploy';
import { toJson } from '../../src/lib/export/json';
import { toOnnx } from '../../src/lib/export/onnx/onnx';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { toTflite } from '../../src/lib/export/tflite/tflite';
import { toTimm } from '../../src/lib/export/rows/timm';
import { toTorchvision } from '../../src/lib/export/rows/torchvision';
import type { Imported } from '../../src/lib/import/graph/graph';
import { importOnnx } from '../../src/lib/import/onnx/onnx';
import { importRows } from '../../src/lib/import/rows/rows';
import { importTflite } from '../../src/lib/import/tflite/tflite';
import { importTfjs, tfjsShards } from '../../src/lib/import/tfjs/tfjs';
import { parseTableText } from '../../src/lib/latency/table';
import { lower } from '../../src/lib/ops/lower';
import { readNamed } from '../../src/lib/weights/names/read-named';
import { checkTensors, readCheckpoint, toSafetensors } from '../../src/lib/weights/safetensors';
import { readSafetensors } from '../../src/lib/weights/safetensors-format';
import { byteDamages, jsonDamages, only, pick, textDamages, type Damages } from './damage';
import type { Answer, HostileReader } from './hostile';
import { busyFile } from './onnx-busy';
import { filled, folded } from './filled';
import type { ModelFiles } from './tfjs-models';
import { tinyLayers } from './tiny-layers';
import { tinyCocoSsd, tinyGraph } from './tiny-tfjs';
import { asInt8 } from './tflite-stored';
import { writeTflite } from './tflite-writer';

/** Why a file is refused; a table that is said to be whole is built, and its tensors are counted. */
const words = (issues: readonly Issue[]): string =>
  describeIssues(
    issues.map(({ message }) => ({ path: '', message })),
    99
  );

function imported(result: Imported): Answer {
  if (result.kind === 'bad') return words(result.issues);
  const issues = checkTensors(result.arch, result.tensors);
  if (issues.length > 0) throw new Error(`read, but ${words(issues)}`);
  return null;
}

function parsed(
  result: Parsed<Architecture> | { kind: 'ok'; arch: Architecture } | { kind: 'bad'; issues: readonly Issue[] }
): Answer {
  if (result.kind === 'bad') return words(result.issues);
  lower('arch' in result ? result.arch : result.value);
  return null;
}

/** A network of few numbers: most bytes of its files are structure. */
function small(head: 'classifier' | 'ssdlite'): Architecture {
  const narrow = scaleWidth(mobileNetV3Small, 0.05);
  const layer = { out: 8, nl: 'hardSwish' } as const;
  const own: ClassifierHead = { kind: 'classifier', conv: layer, hidden: layer, dropout: 0, logitsBias: true };
  const arch = { ...narrow, input: [32, 32, 3] as const, classes: 4, rows: narrow.rows.slice(0, 2), head: own };
  if (head === 'classifier') return folded(arch);
  const detects = withHead(arch, 'ssdlite');
  if (detects.head.kind !== 'ssdlite') return detects;
  const extras = [
    { mid: 2, out: 4 },
    { mid: 2, out: 4 },
    { mid: 2, out: 4 }
  ];
  return folded({ ...detects, input: [32, 32, 3], classes: 3, head: { ...detects.head, norm: null, extras } });
}

const tables = [small('classifier'), small('ssdlite')];
const graphs = tables.map((arch) => deploy(arch, filled(arch), { foldNorms: true }));

const onnx: HostileReader<Uint8Array> = {
  goods: [
    ...graphs.map((graph) => toOnnx(graph, { opset: 13, batch: 'N', weights: 'float32' })),
    toOnnx(graphs[0]!, { opset: 21, batch: 2, weights: 'dynamicInt8' }),
    busyFile()
  ],
  damages: byteDamages,
  read: (bytes) => imported(importOnnx(bytes, 'file'))
};

const tflite: HostileReader<Uint8Array> = {
  goods: [
    ...graphs.map((graph) =>
      toTflite(lowerLite(graph, { hardSwish: 'products' }), { kind: 'float', weights: 'float16' })
    ),
    writeTflite(tables[0]!, filled(tables[0]!), { store: asInt8, fuse: true, softmax: true })
  ],
  damages: byteDamages,
  read: (bytes) => imported(importTflite(bytes, 'file'))
};

/** The JSON header of a safetensors file, broken, before the same data. */
const headerDamages: Damages<Uint8Array> = Object.fromEntries(
  Object.entries(only(jsonDamages, 'value', 'number', 'nested', 'twice')).map(([kind, damage]) => [
    `header ${kind}`,
    (good, rng) => {
      const end = 8 + Number(new DataView(good.buffer, good.byteOffset).getBigUint64(0, true));
      const header = Buffer.from(damage(Buffer.from(good.subarray(8, end)).toString().trimEnd(), rng));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      return Uint8Array.from(Buffer.concat([length, header, good.subarray(end)]));
    }
  ])
);

const trained: Checkpoint = {
  format: 1,
  arch: tables[0]!,
  tensors: filled(tables[0]!),
  from: { dataset: 'own', datasetSha256: 'ab', epochs: 3, seed: 1, engine: 'simd', validationAccuracy: 0.5 }
};

const safetensors: HostileReader<Uint8Array> = {
  goods: [toSafetensors(trained)],
  damages: { ...byteDamages, ...headerDamages },
  read: (bytes) => {
    const file = readSafetensors(bytes);
    const read = readCheckpoint(bytes);
    if (file.kind === 'ok') readNamed(file.tensors, tables[0]!);
    return read.kind === 'bad' ? words(read.issues) : null;
  }
};

/** The text of a model broken, or its shards: gone, cut, longer or with other bytes. */
const modelDamages: Damages<ModelFiles> = {
  ...Object.fromEntries(
    Object.entries(jsonDamages).map(([kind, damage]) => [
      kind,
      ({ json, shards }: ModelFiles, rng) => ({ json: damage(json, rng), shards })
    ])
  ),
  shards: ({ json, shards }, rng) => ({
    json,
    shards: new Map(
      [...shards].flatMap(([path, bytes]): [string, Uint8Array][] => {
        const way = rng.below(4);
        if (way === 0) return [];
        if (way === 1) return [[path, bytes.slice(0, rng.below(bytes.length))]];
        if (way === 2) return [[path, new Uint8Array(bytes.length + 1 + rng.below(9))]];
        return [[path, pick(rng, Object.values(byteDamages))(bytes, rng)]];
      })
    )
  })
};

const model = (good: ModelFiles): HostileReader<ModelFiles> => ({
  goods: [good],
  damages: modelDamages,
  read: ({ json, shards }) => {
    tfjsShards(json);
    return imported(importTfjs(json, shards, 'model'));
  }
});

const listed = (write: (arch: Architecture) => { kind: string; text?: string }): string[] =>
  presets.flatMap(({ arch, id }) => {
    const written = write(arch);
    return ['v1', 'v2', 'v3-small'].includes(id) && written.text !== undefined ? [written.text] : [];
  });

const rows: HostileReader<string> = {
  goods: [...listed(toTimm), ...listed(toTorchvision)],
  damages: textDamages,
  read: (text) => parsed(importRows(text))
};

const table: HostileReader<string> = {
  goods: [presetById('v3-small')!.arch, tables[1]!].map(toJson),
  damages: jsonDamages,
  read: (text) => parsed(parseArchitectureText(text))
};

const link: HostileReader<string> = {
  goods: [fitTo(mobileNetV3Small, [28, 28, 1], 10).arch, tables[1]!].map((arch) =>
    toUrlCode({ ...arch, name: 'mine' })
  ),
  damages: textDamages,
  read: (text) => parsed(parseUrlCode(text))
};

const timing = { medianMs: 1, p10Ms: 1, p90Ms: 2, runs: 3, samplesMs: [1, 1, 2], settled: true };
const latency: HostileReader<string> = {
  goods: [
    JSON.stringify({
      format: 1,
      setting: { runtime: 'litert', resolution: [224, 224, 3], batch: 1 },
      device: { runtime: 'litert', version: '2', backend: 'wasm', threads: 1, simd: true, isolated: true },
      measuredAt: '2026-01-01T00:00:00.000Z',
      correction: { kind: 'none', slope: 1, perOpMs: 0, interceptMs: 0 },
      calibration: [{ measuredMs: 5, sumMs: 4, ops: 60 }],
      timings: { 'conv 3': timing, 'dense 1': timing }
    })
  ],
  damages: jsonDamages,
  read: (text) => {
    const read = parseTableText(text);
    return read.kind === 'bad' ? words(read.issues) : null;
  }
};

const folder = mkdtempSync(join(tmpdir(), 'bneck-hostile-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const statePath = join(folder, 'net.resume');
const state: TrainingState = {
  plan: { seed: '1' },
  last: trained,
  memory: { steps: { shape: [1], data: Float32Array.of(7) } },
  best: { ...trained, from: { ...trained.from, epochs: 2 } },
  epochs: [{ epoch: 1 }]
};

/** The file a training goes on from: a ZIP of a text and three safetensors. */
const resume = (): HostileReader<Uint8Array> => {
  saveState(statePath, state);
  return {
    goods: [new Uint8Array(readFileSync(statePath))],
    damages: byteDamages,
    read: async (bytes) => {
      writeFileSync(statePath, bytes);
      try {
        await loadState(statePath);
        return null;
      } catch (error) {
        if (error instanceof InputError) return error.message;
        throw error;
      }
    }
  };
};

/** A reader by its name, whatever its files are. */
export interface NamedReader {
  readonly name: string;
  /** Broken files on every day, and in the long tests. */
  readonly counts: readonly [daily: number, slow: number];
  readonly reader: () => HostileReader<unknown> | Promise<HostileReader<unknown>>;
}

const named = <T>(
  name: string,
  reader: () => HostileReader<T> | Promise<HostileReader<T>>,
  counts: NamedReader['counts'] = [600, 10_000]
): NamedReader => ({
  name,
  counts,
  reader: reader as NamedReader['reader']
});

/** Readers of networks, tables and timings; those of pictures stand in `broken-pictures.ts`. */
export const hostileReaders: readonly NamedReader[] = [
  named('safetensors', () => safetensors),
  named('ONNX', () => onnx),
  named('TFLite', () => tflite),
  named('TF.js graph', () => model(tinyGraph()), [500, 5000]),
  named('TF.js layers', async () => model((await tinyLayers()).files), [500, 4000]),
  named('TF.js coco-ssd', () => model(tinyCocoSsd()), [100, 1000]),
  named('table JSON', () => table),
  named('rows in Python', () => rows),
  named('link', () => link),
  named('latency table', () => latency),
  named('resumed training', resume)
];

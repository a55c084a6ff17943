/**
 * @file Benchmarks: MobileNetV3-Large at 224 in every format, as the page's worker writes it; wall time, by turns. The aim is
 * a second for any of them.
 */
import { mobileNetV3Large } from '../../src/lib/arch/presets/mobilenet-v3';
import { formats, usualOnnx, type ExportChoice } from '../../src/lib/export/choice';
import { deploy } from '../../src/lib/export/deploy';
import { quantize } from '../../src/lib/export/quantize/quantize';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { toTflite } from '../../src/lib/export/tflite/tflite';
import { toZip } from '../../src/lib/export/archive';
import { writeFiles, type ExportedFile } from '../../src/lib/export/write';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { describeMachine, keepResult } from './machine';
import { median } from './peer';

const [, asked = '9'] = /--rounds[= ](\d+)/.exec(process.argv.join(' ')) ?? [];
const rounds = Number(asked);
const AIM_MS = 1000;

const arch = mobileNetV3Large;
const ops = lower(arch);
const tensors = initTensors(ops, 1);

/** A way to write the network; what it gives are the files that are saved. */
interface Way {
  readonly name: string;
  write(): Promise<readonly ExportedFile[]>;
}

const times = { msPerOp: Object.fromEntries(ops.map(({ id }) => [id, 1])), kind: 'measured', setting: '' } as const;

function choicesOf(format: (typeof formats)[number]): readonly (readonly [string, ExportChoice])[] {
  const precisions = ['float32', 'float16', 'dynamicInt8'] as const;
  if (format === 'onnx') {
    const kept = ['onnx, norms kept', { ...usualOnnx, foldNorms: false }] as const;
    return [...precisions.map((weights) => [`onnx ${weights}`, { ...usualOnnx, weights }] as const), kept];
  }
  if (format === 'tflite') return precisions.map((weights) => [`tflite ${weights}`, { format, weights }] as const);
  return [[format, format === 'model-explorer' ? { format, times } : { format }]];
}

async function written(choice: ExportChoice): Promise<readonly ExportedFile[]> {
  const made = await writeFiles({ arch, tensors }, choice);
  if (made.kind === 'bad') throw new Error(`${choice.format}: ${JSON.stringify(made.issues)}`);
  return made.files;
}

/** 8 bits throughout without the pictures that ranges are told from: those run in LiteRT, whose time is not the writer's. */
function eightBits(): Way {
  const float = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' });
  const names = ['', ...float.nodes.map(({ name }) => name)];
  const ranges = new Map(names.map((name) => [name, [-3, 3] as const]));
  const layers = ops.map(({ id }) => id);
  return {
    name: 'tflite int8',
    write: () => {
      const graph = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' });
      const made = quantize(graph, { ranges, layers, keep: [] });
      const content = toTflite(made.graph, { kind: 'int8', plan: made.plan, floats: made.floats, io: 'float32' });
      return Promise.resolve([{ name: 'int8.tflite', content }]);
    }
  };
}

const bytesOf = ({ content }: ExportedFile): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

const ways: readonly Way[] = [
  ...formats.flatMap(choicesOf).map(([name, choice]): Way => ({ name, write: () => written(choice) })),
  eightBits()
];
const writing = ways.map((): number[] => []);
const packing = ways.map((): number[] => []);
const sizes = ways.map(() => 0);
for (let round = 0; round < rounds; round++) {
  for (const [i, way] of ways.entries()) {
    const began = performance.now();
    const files = await way.write();
    writing[i]?.push(performance.now() - began);
    const packed = performance.now();
    // Several files are saved as one.
    if (files.length > 1) toZip(files.map((file) => ({ name: file.name, bytes: bytesOf(file) })));
    packing[i]?.push(files.length > 1 ? performance.now() - packed : 0);
    sizes[i] = files.reduce((sum, file) => sum + bytesOf(file).length, 0);
  }
}

const rounded = (value: number): number => Number(value.toPrecision(3));
const rows = ways.map(({ name }, i) => ({
  way: name,
  medianMs: rounded(median(writing[i] ?? [])),
  firstMs: rounded(writing[i]?.[0] ?? NaN),
  zipMs: rounded(median(packing[i] ?? [])),
  sizeBytes: sizes[i] ?? 0
}));
const machine = describeMachine(null);
const slow = rows.filter(({ medianMs, zipMs }) => medianMs + zipMs > AIM_MS).map(({ way }) => way);
console.log(`${arch.name}, ${rounds} rounds by turns, load ${machine.load.join(' ')}`);
console.table(rows);
const path = keepResult('export', { machine, network: arch.name, rounds, aimMs: AIM_MS, rows });
console.log(`longer than ${AIM_MS} ms: ${slow.join(', ') || 'none'}; written to ${path}`);

/** @file Workers: makes a network 8-bit by its pictures, and says what that cost, layer by layer. */
import { deploy } from '$lib/export/deploy';
import type { Int8Choice } from '$lib/export/choice';
import { fileStem } from '$lib/export/file-name';
import { correctBiases } from '$lib/export/quantize/bias';
import { calibrate } from '$lib/export/quantize/calibrate';
import { layerErrors } from '$lib/export/quantize/layer-error';
import type { Range } from '$lib/export/quantize/activations';
import { rangesOf, type SeenValues } from '$lib/export/quantize/observe';
import { quantize, type Quantized } from '$lib/export/quantize/quantize';
import type { OpenLiteFile, PictureBatch } from '$lib/export/quantize/runner';
import { spelledOut } from '$lib/export/quantize/spelling';
import type { LiteGraph } from '$lib/export/tflite/lite-graph';
import { lowerLite } from '$lib/export/tflite/lower';
import { toTflite, type LiteIo } from '$lib/export/tflite/tflite';
import type { ExportedFile } from '$lib/export/write';
import { lower } from '$lib/ops/lower';
import type { Platform } from '../platform';
import { RunGate } from '../run';
import { fineTune } from './fine-tune';
import { proofPictures } from './pictures';
import { runtimeFor, type ProofRun } from './prove-file';
import type { ExportRequest, Int8Facts } from './protocol';
import type { Tensors } from '$lib/weights/checkpoint';

/** A network in 8 bits: its file, and the same with floats in and out, which every runtime can be asked by. */
export interface Int8File {
  readonly file: ExportedFile;
  readonly asked: Uint8Array<ArrayBuffer>;
  /** The numbers it was made from: tuned, where that was asked for. */
  readonly tensors: Tensors;
  readonly facts: Int8Facts;
}

/** Pictures at once: every value of the network is held for them. */
const atOnce = 4;
/** Pictures on which layers are compared. */
export const mostCompared = 16;

/** Pictures by portions. */
export function batchesOf(images: Float32Array, count: number): PictureBatch[] {
  const size = images.length / count;
  return Array.from({ length: Math.ceil(count / atOnce) }, (_, i) => {
    const [from, to] = [i * atOnce, Math.min(count, (i + 1) * atOnce)];
    return { images: images.slice(from * size, to * size), count: to - from };
  });
}

/** Drains a generator, telling how far it is; null when it was stopped. */
async function drained<P, R>(
  steps: AsyncGenerator<P, R>,
  { gate, report }: ProofRun,
  told: (step: P) => { readonly done: number; readonly total: number }
): Promise<R | null> {
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
    await report({ kind: 'progress', ...told(step.value) });
    if (!(await gate.open())) {
      await steps.return(undefined as R);
      return null;
    }
  }
}

/** Runs of each file when they are timed. */
const rounds = 15;

/** Median milliseconds of one picture in each file, run by turns so that a slow moment is everybody's. */
async function byTurns(
  files: readonly Uint8Array[],
  { open, images, platform }: { open: OpenLiteFile; images: Float32Array; platform: Platform }
): Promise<readonly number[]> {
  const models = await Promise.all(files.map(open));
  const times = models.map((): number[] => []);
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [i, model] of models.entries()) {
        const began = platform.clock();
        await model.run(images, 1);
        // The first run warms up.
        if (round > 0) times[i]?.push(platform.clock() - began);
      }
    }
  } finally {
    for (const model of models) model.dispose();
  }
  return times.map((own) => own.toSorted((a, b) => a - b)[rounds >> 1] ?? NaN);
}

/** A network made 8-bit, with what was seen of it in floats. */
interface Measured {
  readonly float: LiteGraph;
  readonly seen: SeenValues;
  readonly ranges: ReadonlyMap<string, Range>;
  readonly quantized: Quantized;
}

/** What is written in 8 bits. */
interface Int8Request extends Pick<ExportRequest, 'arch' | 'data'> {
  readonly tensors: Tensors;
  /** Whether somebody trained the numbers. */
  readonly trained: boolean;
  readonly choice: Int8Choice;
}

/** Writes the network in 8 bits; null when it was stopped before there were any. */
export async function writeInt8(
  platform: Platform,
  { arch, data, tensors, trained, choice }: Int8Request,
  run: ProofRun
): Promise<Int8File | null> {
  const runtime = await runtimeFor(platform, 'litert');
  const open: OpenLiteFile = (file) => runtime.open(file, arch.input);
  const pictures = await proofPictures(platform, { data, input: arch.input, count: choice.pictures });
  const batches = batchesOf(pictures.images, pictures.count);
  const of = (total: number) => (step: { readonly pictures: number }) => ({ done: step.pictures, total });
  const ops = lower(arch);
  const layers = ops.map(({ id }) => id);

  const made = (numbers: Tensors, { seen, ranges }: Pick<Measured, 'seen' | 'ranges'>): Measured => {
    const float = lowerLite(deploy(arch, numbers, { foldNorms: true }), { hardSwish: 'products' });
    return { float, seen, ranges, quantized: quantize(float, { ranges, layers, keep: choice.floats }) };
  };
  const measure = async (numbers: Tensors): Promise<Measured | null> => {
    const float = lowerLite(deploy(arch, numbers, { foldNorms: true }), { hardSwish: 'products' });
    await run.report({ kind: 'stage', stage: 'calibrating' });
    const known = await drained(calibrate(float, batches, open), run, of(pictures.count));
    return known && made(numbers, { seen: known.seen, ranges: rangesOf(known.seen, choice.ranges) });
  };

  const first = await measure(tensors);
  if (!first) return null;
  const tuned =
    choice.fineTune &&
    (await fineTune(
      platform,
      {
        arch,
        data,
        tensors: trained ? tensors : null,
        epochs: choice.fineTune.epochs,
        measured: first,
        withSameRanges: (numbers) => made(numbers, first),
        measure
      },
      run
    ));
  const numbers = tuned?.tensors ?? tensors;
  const { float, seen: all, ranges, quantized: plain } = tuned?.measured ?? first;
  // A stop ends the tuning; what it found is still written, which takes seconds.
  const rest = tuned?.facts.stopped ? { ...run, gate: new RunGate() } : run;
  let quantized: Quantized | null = plain;
  if (choice.correctBias) {
    await run.report({ kind: 'stage', stage: 'correcting' });
    const few = batches.slice(0, 4);
    quantized = await drained(correctBiases(plain, few, open), rest, ({ done, all: total }) => ({ done, total }));
    if (!quantized) return null;
  }
  await run.report({ kind: 'stage', stage: 'comparing' });
  const few = batches.slice(0, mostCompared / atOnce);
  const compared = few.reduce((sum, { count }) => sum + count, 0);
  const errors = await drained(layerErrors({ float, quantized, layers }, few, open), rest, of(compared));
  if (!errors) return null;
  const { graph, plan, floats, share } = quantized;
  const write = (io: LiteIo) => toTflite(graph, { kind: 'int8', plan, floats, io });
  const asked = write('float32');
  const content = choice.io === 'float32' ? asked : write(choice.io);
  const file = { name: `${fileStem(arch.name)}-int8.tflite`, content };
  const native = lowerLite(deploy(arch, numbers, { foldNorms: true }), { hardSwish: 'native' });
  const floats32 = toTflite(native, { kind: 'float', weights: 'float32' });
  const [floatMs = NaN, int8Ms = NaN] = await byTurns([floats32, asked], {
    open,
    images: pictures.images.slice(0, pictures.images.length / pictures.count),
    platform
  });
  const timed = { floatMs, int8Ms, floatBytes: floats32.length, tuned: tuned?.facts ?? null };
  const seen = Object.fromEntries(Object.entries(all).filter(([name]) => layers.includes(name)));
  const told = { arch, share, layers: errors, calibratedOn: pictures.note, spelled: spelledOut(float, ops) };
  const facts = { ...told, seen, ranges: Object.fromEntries(ranges), ...timed };
  return { file, asked, tensors: numbers, facts };
}

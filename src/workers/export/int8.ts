/** @file Workers: makes a network 8-bit by its pictures, and says what that cost, layer by layer. */
import { deploy } from '$lib/export/deploy';
import type { Int8Choice } from '$lib/export/choice';
import { fileStem } from '$lib/export/file-name';
import { correctBiases } from '$lib/export/quantize/bias';
import { calibrate } from '$lib/export/quantize/calibrate';
import { layerErrors } from '$lib/export/quantize/layer-error';
import { rangesOf } from '$lib/export/quantize/observe';
import { quantize, type Quantized } from '$lib/export/quantize/quantize';
import type { OpenLiteFile, PictureBatch } from '$lib/export/quantize/runner';
import { lowerLite } from '$lib/export/tflite/lower';
import { toTflite, type LiteIo } from '$lib/export/tflite/tflite';
import type { ExportedFile } from '$lib/export/write';
import { lower } from '$lib/ops/lower';
import type { Platform } from '../platform';
import { proofPictures } from './pictures';
import type { ProofRun } from './prove-file';
import type { ExportRequest, Int8Facts } from './protocol';
import type { Tensors } from '$lib/weights/checkpoint';

/** A network in 8 bits: its file, and the same with floats in and out, which every runtime can be asked by. */
export interface Int8File {
  readonly file: ExportedFile;
  readonly asked: Uint8Array<ArrayBuffer>;
  readonly facts: Int8Facts;
}

/** Pictures at once: every value of the network is held for them. */
const atOnce = 4;
/** Pictures on which layers are compared. */
const mostCompared = 16;

function batchesOf(images: Float32Array, count: number): PictureBatch[] {
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

/** Writes the network in 8 bits; null when it was stopped. */
export async function writeInt8(
  platform: Platform,
  { arch, data, tensors, choice }: Pick<ExportRequest, 'arch' | 'data'> & { tensors: Tensors; choice: Int8Choice },
  run: ProofRun
): Promise<Int8File | null> {
  const float = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' });
  const runtime = await platform.runtimes.litert();
  const open: OpenLiteFile = (file) => runtime.open(file, arch.input);
  const pictures = await proofPictures(platform, { data, input: arch.input, count: choice.pictures });
  const batches = batchesOf(pictures.images, pictures.count);
  const of = (total: number) => (step: { readonly pictures: number }) => ({ done: step.pictures, total });
  await run.report({ kind: 'stage', stage: 'calibrating' });
  const known = await drained(calibrate(float, batches, open), run, of(pictures.count));
  if (!known) return null;
  const layers = lower(arch).map(({ id }) => id);
  const ranges = rangesOf(known.seen, choice.ranges);
  let quantized: Quantized | null = quantize(float, { ranges, layers, keep: choice.floats });
  if (choice.correctBias) {
    await run.report({ kind: 'stage', stage: 'correcting' });
    const first = batchesOf(pictures.images, pictures.count).slice(0, 4);
    quantized = await drained(correctBiases(quantized, first, open), run, ({ done, all: total }) => ({ done, total }));
    if (!quantized) return null;
  }
  await run.report({ kind: 'stage', stage: 'comparing' });
  const few = batches.slice(0, mostCompared / atOnce);
  const compared = few.reduce((sum, { count }) => sum + count, 0);
  const errors = await drained(layerErrors({ float, quantized, layers }, few, open), run, of(compared));
  if (!errors) return null;
  const { graph, plan, floats, share } = quantized;
  const write = (io: LiteIo) => toTflite(graph, { kind: 'int8', plan, floats, io });
  const asked = write('float32');
  const content = choice.io === 'float32' ? asked : write(choice.io);
  const file = { name: `${fileStem(arch.name)}-int8.tflite`, content };
  const plain = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'native' });
  const floats32 = toTflite(plain, { kind: 'float', weights: 'float32' });
  const [floatMs = NaN, int8Ms = NaN] = await byTurns([floats32, asked], {
    open,
    images: pictures.images.slice(0, pictures.images.length / pictures.count),
    platform
  });
  const timed = { floatMs, int8Ms, floatBytes: floats32.length };
  const seen = Object.fromEntries(Object.entries(known.seen).filter(([name]) => layers.includes(name)));
  return { file, asked, facts: { share, layers: errors, seen, calibratedOn: pictures.note, ...timed } };
}

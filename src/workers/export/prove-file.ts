/** @file Workers: runs an exported file in the runtime that others deploy it with, beside the network it was made from. */
import type { Architecture } from '$lib/arch/architecture';
import { prove, type Answers, type Proof, type ProofRule } from '$lib/export/proof';
import { reasonOf } from '$lib/base/reason';
import { lowerWithOutputs } from '$lib/ops/lower';
import { RuntimeUnloaded, type Runtime } from '$lib/runtimes/runtime';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Platform } from '../platform';
import type { RunGate } from '../run';
import { AskedModel } from './ask-file';
import type { ProofPictures } from './pictures';
import type { ExportEvent } from './protocol';

/** A file, the network it should be, and the pictures to ask both. */
export interface FileToProve {
  /** Of TensorFlow.js the zip archive of `model.json` and its shards. */
  readonly file: Uint8Array;
  readonly kind: 'onnx' | 'litert' | 'tfjs';
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly pictures: ProofPictures;
  readonly rule: ProofRule;
  /** How many pictures the file takes at once; any number where it is left out. */
  readonly batch?: number;
}

/** How a proof is steered and told. */
export interface ProofRun {
  readonly gate: RunGate;
  readonly report: (event: ExportEvent) => Promise<void>;
}

/** A runtime that was there did not take the file; in its own words. */
export class FileRefused extends Error {}

const names = { onnx: 'onnxruntime-web', litert: 'LiteRT.js', tfjs: 'TensorFlow.js' } as const;

/** Loads a runtime; rejects with RuntimeUnloaded. */
export async function runtimeFor({ runtimes }: Platform, kind: FileToProve['kind']): Promise<Runtime> {
  try {
    return await runtimes[kind]();
  } catch (error) {
    const reason = reasonOf(error);
    throw new RuntimeUnloaded(m.runtime_unloaded({ name: names[kind], reason }), { cause: error });
  }
}

/** Tells what the runtime says of the file from its own absence. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RuntimeUnloaded) throw error;
    throw new FileRefused(reasonOf(error), { cause: error });
  }
}

/** Pictures that go through at once, so that a stop is heard. */
const atOnce = 8;

/** Joins the answers of several runs, each [pictures, ...], one after another. */
function joined(parts: readonly Answers[]): Answers {
  const names = Object.keys(parts[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const arrays = parts.map((part) => part[name] ?? []);
      const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const array of arrays) {
        all.set(array, at);
        at += array.length;
      }
      return [name, all];
    })
  );
}

/** Runs `answer` over the pictures by portions; null when it was stopped. */
async function overPictures(
  { images, count }: ProofPictures,
  { gate, report }: ProofRun,
  {
    answer,
    portion = atOnce
  }: { answer: (images: Float32Array, count: number) => Promise<Answers>; readonly portion?: number }
): Promise<Answers | null> {
  const parts: Answers[] = [];
  const size = images.length / count;
  for (let from = 0; from < count; from += portion) {
    const to = Math.min(count, from + portion);
    parts.push(await answer(images.slice(from * size, to * size), to - from));
    await report({ kind: 'progress', done: to, total: count });
    if (!(await gate.open())) return null;
  }
  return joined(parts);
}

/** What the network itself answers; null when it was stopped. */
async function expected(platform: Platform, { arch, tensors, pictures }: FileToProve, run: ProofRun) {
  await run.report({ kind: 'stage', stage: 'answering' });
  const { outputs } = lowerWithOutputs(arch);
  const { engine } = await platform.openEngine('auto');
  const network = await engine.createNetwork(arch, tensors, Math.min(atOnce, pictures.count));
  try {
    return await overPictures(pictures, run, {
      answer: (images, count) => network.activations(images, count, outputs)
    });
  } finally {
    network.dispose();
  }
}

/** Proves the file; null when it was stopped. Rejects with FileRefused, or with why nothing could be asked. */
export async function proveFile(platform: Platform, given: FileToProve, run: ProofRun): Promise<Proof | null> {
  const { arch, kind, pictures, rule } = given;
  const known = await expected(platform, given, run);
  if (!known) return null;
  await run.report({ kind: 'stage', stage: 'loading' });
  const runtime = await runtimeFor(platform, kind);
  const model = await asked(runtime.open(given.file, arch.input));
  try {
    await run.report({ kind: 'stage', stage: 'proving' });
    const { batch = null } = given;
    const how = { arch, named: kind !== 'tfjs', batch, clock: platform.clock };
    const asking = new AskedModel((images, count) => asked(model.run(images, count)), how);
    const got = await overPictures(pictures, run, {
      portion: batch ?? atOnce,
      answer: (images, count) => asking.answer(images, count)
    });
    if (!got) return null;
    const classes = arch.head.kind === 'classifier' ? arch.classes : null;
    const { accelerated } = model;
    const labels = pictures.classes === classes ? pictures.labels : null;
    const { msPerPicture } = asking;
    const ran = { runtime: runtime.build, pictures: pictures.count, accelerated, msPerPicture };
    return prove(known, got, { ...ran, rule, classes, labels });
  } finally {
    model.dispose();
  }
}

/** @file Workers: runs an exported file in the runtime that others deploy it with, beside the network it was made from. */
import type { Architecture } from '$lib/arch/architecture';
import { prove, type Answers, type Proof, type ProofRule } from '$lib/export/proof';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { Tensors } from '$lib/weights/checkpoint';
import type { Platform } from '../platform';
import type { RunGate } from '../run';
import type { ProofPictures } from './pictures';
import type { ExportEvent } from './protocol';

/** A file, the network it should be, and the pictures to ask both. */
export interface FileToProve {
  readonly file: Uint8Array;
  readonly kind: 'onnx' | 'litert';
  readonly arch: Architecture;
  readonly tensors: Tensors;
  readonly pictures: ProofPictures;
  readonly rule: ProofRule;
}

/** How a proof is steered and told. */
export interface ProofRun {
  readonly gate: RunGate;
  readonly report: (event: ExportEvent) => Promise<void>;
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
  answer: (images: Float32Array, count: number) => Promise<Answers>
): Promise<Answers | null> {
  const parts: Answers[] = [];
  const size = images.length / count;
  for (let from = 0; from < count; from += atOnce) {
    const to = Math.min(count, from + atOnce);
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
    return await overPictures(pictures, run, (images, count) => network.activations(images, count, outputs));
  } finally {
    network.dispose();
  }
}

/** Proves the file; null when it was stopped. Rejects with the runtime's words where it refuses the file. */
export async function proveFile(platform: Platform, given: FileToProve, run: ProofRun): Promise<Proof | null> {
  const { arch, kind, pictures, rule } = given;
  const known = await expected(platform, given, run);
  if (!known) return null;
  await run.report({ kind: 'stage', stage: 'loading' });
  const runtime = await platform.runtimes[kind]();
  const model = await runtime.open(given.file, arch.input);
  try {
    await run.report({ kind: 'stage', stage: 'proving' });
    const got = await overPictures(pictures, run, async (images, count) => {
      const found = await model.run(images, count);
      return Object.fromEntries(found.map(({ name, data }) => [name, data]));
    });
    if (!got) return null;
    const classes = arch.head.kind === 'classifier' ? arch.classes : null;
    const { accelerated } = model;
    const labels = pictures.classes === classes ? pictures.labels : null;
    return prove(known, got, { runtime: runtime.build, pictures: pictures.count, rule, classes, accelerated, labels });
  } finally {
    model.dispose();
  }
}

/** @file Test support: .onnx files that PyTorch wrote, its answers to one picture, and what a table made of them answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shape } from '../../src/lib/arch/architecture';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import type { Imported } from '../../src/lib/import/graph/graph';
import { importOnnx } from '../../src/lib/import/onnx/onnx';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import { coreOfTests } from './simd-core';

/** One output: its shape as PyTorch has it, and every `every`th number. */
interface Answer {
  readonly shape: readonly number[];
  readonly every: number;
  readonly values: readonly number[];
}

export interface TorchFile {
  readonly file: string;
  readonly model: string;
  readonly opset: number;
  /** Batch norms and constants are folded by the exporter. */
  readonly folded: boolean;
  readonly dynamic: boolean;
  readonly answers: readonly Answer[];
}

export type Network = Extract<Imported, { kind: 'ok' }>;

/** The files of a folder with their answers. */
export function torchFiles(folder: string): readonly TorchFile[] {
  const { files } = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as { files: readonly TorchFile[] };
  return files;
}

/** What the reader makes of a file. */
export function importFile(folder: string, { file, model }: TorchFile): Imported {
  return importOnnx(new Uint8Array(readFileSync(join(folder, file))), model);
}

/** The table of a file that must be read. */
export function networkOf(folder: string, file: TorchFile): Network {
  const imported = importFile(folder, file);
  if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
  return imported;
}

/** The picture that PyTorch saw, NHWC. */
function picture([height, width, channels]: Shape): Float32Array {
  return Float32Array.from({ length: height * width * channels }, (_, i) => ((i * 7919) % 1009) / 504.5 - 1);
}

/** Where number i of a [1, c, h, w] map lies in ours; rows and vectors lie alike. */
function placeOf(i: number, shape: readonly number[]): number {
  const [, channels = 1, height = 1, width = 1] = shape;
  if (shape.length !== 4) return i;
  return (i % (height * width)) * channels + Math.floor(i / (height * width));
}

/** The numbers of a detector in the order of its one output: scores and moves of a box side by side. */
function detections(ours: Float32Array, answers: readonly Answer[]): readonly Float32Array[] {
  const [moves = 4, scores = 0] = answers.map(({ shape }) => shape.at(-1));
  const part = (from: number, width: number): Float32Array =>
    Float32Array.from(
      { length: (ours.length / (moves + scores)) * width },
      (_, i) => ours[Math.floor(i / width) * (moves + scores) + from + (i % width)] ?? NaN
    );
  return [part(scores, moves), part(0, scores)];
}

/** Largest difference of the table's answers to PyTorch's, over the largest answer; Infinity where they do not match. */
export async function torchGap({ arch, tensors }: Network, { answers }: TorchFile): Promise<number> {
  const network = await openSimdEngine(await coreOfTests()).createNetwork(arch, tensors, 1);
  const { outputs } = lowerWithOutputs(arch);
  const found = await network.activations(picture(arch.input), 1, outputs);
  network.dispose();
  const all = outputs.map((id) => found[id] ?? new Float32Array());
  const ours = arch.head.kind === 'ssdlite' ? detections(all[0] ?? new Float32Array(), answers) : all;
  let gap = 0;
  for (const [index, { shape, every, values }] of answers.entries()) {
    const own = ours[index];
    if (own?.length !== shape.reduce((a, b) => a * b, 1)) return Infinity;
    const scale = Math.max(...own.map(Math.abs));
    for (const [i, value] of values.entries()) {
      const difference = Math.abs((own[placeOf(i * every, shape)] ?? NaN) - value) / scale;
      if (Number.isNaN(difference)) return Infinity;
      gap = Math.max(gap, difference);
    }
  }
  return ours.length === answers.length ? gap : Infinity;
}

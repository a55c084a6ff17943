/** @file Test support: writes generated PyTorch source with weights and pictures, and runs it all in one Python process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../src/lib/arch/architecture';
import { exportPyTorch } from '../../src/lib/export/pytorch/pytorch';
import { lower } from '../../src/lib/ops/lower';
import { answersOf, picturesOf, type FilledNetwork, type NetworkCase } from './source-networks';

const python = '/usr/bin/python3';

/** Whether a Python with PyTorch and torchvision is here. */
export const hasTorch =
  spawnSync(python, [
    '-c',
    'import importlib.util as u, sys; sys.exit(not (u.find_spec("torch") and u.find_spec("torchvision")))'
  ]).status === 0;

/** What Python said about a case. */
export interface PythonResult {
  readonly name: string;
  readonly error?: string;
  /** Largest difference of each output in float32 and float64 arithmetic, and its largest number. */
  readonly gaps?: readonly number[];
  readonly exact?: readonly number[];
  readonly largest?: readonly number[];
  /** Parameters as PyTorch counts them and as the source's docstring says. */
  readonly params?: number;
  readonly said?: number;
  /** Score, class, x1, y1, x2, y2. */
  readonly found?: readonly (readonly number[])[];
  readonly printed?: string;
}

/** Cases for one run of Python; what they read lies in a folder that `close` removes. */
export class PythonCases {
  private readonly folder = mkdtempSync(join(tmpdir(), 'bneck-pytorch-'));
  private readonly cases: Record<string, unknown>[] = [];
  private readonly written = new Map<string, string>();
  private files = 0;

  private write(content: string | Uint8Array | Float32Array, ending: string): string {
    const path = join(this.folder, `${this.files++}.${ending}`);
    writeFileSync(path, content);
    return path;
  }

  /** Source and weights of a network, written once for each key. */
  private exported(key: string, { arch, tensors }: Pick<FilledNetwork, 'arch' | 'tensors'>): readonly [string, string] {
    const known = this.written.get(key);
    if (!known) {
      const [source, weights] = exportPyTorch(arch, tensors);
      const paths = [this.write(source?.content ?? '', 'py'), this.write(weights?.content ?? '', 'safetensors')];
      this.written.set(key, paths.join('\n'));
      return [paths[0]!, paths[1]!];
    }
    const [source = '', weights = ''] = known.split('\n');
    return [source, weights];
  }

  /** A network's answers; the source is that of the first case of its padding, whatever the size. */
  answer(one: NetworkCase, count: number, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const pictures = picturesOf(one, count);
    const [source, weights] = this.exported(`${one.name} ${one.padding}`, one);
    const answers = {
      name: `${one.name} ${one.padding} ${one.parity}`,
      source,
      weights,
      pictures: this.write(pictures, 'f32'),
      shape: [count, ...one.arch.input],
      expected: answersOf(one, pictures).map((data) => this.write(data, 'f32')),
      ...changes
    };
    this.cases.push(answers);
    return answers;
  }

  /** A case with other fields than one before. */
  again(one: Record<string, unknown>, changes: Readonly<Record<string, unknown>>): void {
    this.cases.push({ ...one, ...changes });
  }

  /** Weights of one's own making. */
  weights(bytes: Uint8Array): string {
    return this.write(bytes, 'safetensors');
  }

  /** Detections in a picture of 640 x 480 pixels, read by the source from what a head might give. */
  detect(name: string, arch: Architecture, output: Float32Array): void {
    const [source] = exportPyTorch(arch, null);
    this.cases.push({
      name,
      source: this.write(source?.content ?? '', 'py'),
      detect: this.write(output, 'f32'),
      rows: lower(arch).at(-1)?.out[1],
      size: [480, 640]
    });
  }

  /** The example of a source. */
  example(name: string, source: string): void {
    this.cases.push({ name, example: this.write(source, 'py') });
  }

  /** Runs all cases; throws where Python itself failed. */
  run(): ReadonlyMap<string, PythonResult> {
    const input = JSON.stringify(this.cases);
    const args = ['-B', 'test/support/pytorch-source-run.py'];
    const run = spawnSync(python, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(run.stderr);
    const lines = run.stdout.trim().split('\n');
    return new Map(lines.map((line) => JSON.parse(line) as PythonResult).map((result) => [result.name, result]));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

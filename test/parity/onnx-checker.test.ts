/** @file ONNX's own checker, where it is installed, accepts the exported files: types, shapes and operators by the opset. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { deploy } from '../../src/lib/export/deploy';
import { toOnnx } from '../../src/lib/export/onnx/onnx';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { dailyCases } from '../support/export-networks';
import { plainOnnx } from '../support/export-runs';

const python = '/usr/bin/python3';
const hasOnnx = spawnSync(python, ['-c', 'import onnx']).status === 0;
if (!hasOnnx) process.stdout.write('skipped: the Python package onnx is not installed\n');

const program = `
import sys, onnx
from onnx import shape_inference
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    print("ok")
`;

const folder = mkdtempSync(join(tmpdir(), 'bneck-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Opsets that Debian's onnx 1.12 knows, and how weights are kept. */
const forms = [
  { ...plainOnnx, opset: 11 },
  { ...plainOnnx, opset: 13, weights: 'float16' },
  { ...plainOnnx, opset: 14, batch: 2 },
  { ...plainOnnx, opset: 14, weights: 'dynamicInt8' }
] as const;

describe.skipIf(!hasOnnx)('the checker', () => {
  test('accepts every network, each in one form', { timeout: 120_000 }, () => {
    const paths = dailyCases().map(({ arch }, i) => {
      const path = join(folder, `${i}.onnx`);
      const graph = deploy(arch, initTensors(lower(arch), 1), { foldNorms: i % 3 !== 0 });
      writeFileSync(path, toOnnx(graph, forms[i % forms.length]!));
      return path;
    });
    const { stdout, stderr } = spawnSync(python, ['-c', program, ...paths], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toHaveLength(paths.length);
  });

  test('refuses a file whose output has another shape than it says', () => {
    const [one] = dailyCases();
    const graph = deploy(one!.arch, initTensors(lower(one!.arch), 1), { foldNorms: true });
    const wrong = graph.nodes.map((node) => (graph.outputs.includes(node.name) ? { ...node, out: [3] } : node));
    const path = join(folder, 'wrong.onnx');
    writeFileSync(path, toOnnx({ ...graph, nodes: wrong }, plainOnnx));
    expect(spawnSync(python, ['-c', program, path], { encoding: 'utf8' }).stderr).toContain('Error');
  });
});

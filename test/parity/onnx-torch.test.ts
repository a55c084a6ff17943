/** @file Parity: .onnx files that torch.onnx.export wrote become the table they were built from, and answer as PyTorch does. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../src/lib/arch/options';
import { presetById } from '../../src/lib/arch/presets/catalogue';
import { ssdliteRule } from '../../src/lib/arch/with-head';
import { importFile, networkOf, torchFiles, torchGap, type TorchFile } from '../support/onnx-torch';

const kept = fileURLToPath(new URL('../support/onnx-files', import.meta.url));
const script = fileURLToPath(new URL('../support/onnx-torch.py', import.meta.url));
const python = '/usr/bin/python3';
const hasTorch = existsSync(python) && spawnSync(python, ['-c', 'import torchvision']).status === 0;

/** A preset as torchvision builds it at a narrow width, without its norms. */
function preset(id: string, change: NetworkChange): Architecture {
  const found = presetById(id);
  if (!found) throw new Error(`test: no preset ${id}`);
  return applyNetworkOptions(found.arch, { padding: 'symmetric', classes: 5, width: 0.1, ...change });
}

/** What the files were built from; V2 in its first rows, the heads narrow. */
function built(model: string): Architecture {
  if (model === 'v2') {
    const whole = preset('v2', { width: 0.35, input: [32, 40, 3] });
    return { ...whole, rows: whole.rows.slice(0, 4) };
  }
  if (model === 'v3-small') return preset('v3-small', { input: [64, 64, 3] });
  if (model === 'v3-large') return preset('v3-large', { input: [49, 64, 3] });
  if (model === 'lraspp') {
    const whole = preset('v3-large', { head: 'lraspp', input: [64, 48, 3] });
    return whole.head.kind === 'lraspp' ? { ...whole, head: { ...whole.head, filters: 16 } } : whole;
  }
  const extras = [16, 8].map((out) => ({ mid: out / 2, out }));
  const whole = preset('v3-large', { head: 'ssdlite', reducedTail: true, input: [64, 64, 3] });
  return whole.head.kind === 'ssdlite' ? { ...whole, head: { ...whole.head, extras } } : whole;
}

const sameTable = (arch: Architecture, wanted: Architecture): void => {
  const { stem, rows, input, classes, padding, head } = arch;
  expect({ stem, rows, input, classes, padding }).toEqual({
    stem: wanted.stem,
    rows: wanted.rows,
    input: wanted.input,
    classes: wanted.classes,
    padding: wanted.padding
  });
  expect({ ...head, norm: null, dropout: 0 }).toEqual({ ...wanted.head, norm: null, dropout: 0 });
};

describe('files that come along', () => {
  test.each(torchFiles(kept))('$model', async (file) => {
    const network = networkOf(kept, file);
    const wanted = built(file.model);
    sameTable(network.arch, wanted);
    const apart = file.folded ? null : wanted.norm;
    expect([network.arch.norm, network.arch.convBias]).toEqual([apart, file.folded]);
    expect(await torchGap(network, file)).toBeLessThan(1e-5);
  });

  test('LR-ASPP keeps the norm of its head apart from that of the rows', () => {
    const file = torchFiles(kept).find(({ model }) => model === 'lraspp');
    const { arch } = networkOf(kept, file!);
    expect(arch.norm).toEqual({ epsilon: 1e-3, momentum: 0.99 });
    expect(arch.head).toMatchObject({ norm: { epsilon: 1e-5, momentum: 0.9 } });
  });

  test('a detector says that its default boxes are not in the file', () => {
    const file = torchFiles(kept).find(({ model }) => model === 'ssdlite');
    const { arch, notes } = networkOf(kept, file!);
    expect(arch.head).toMatchObject({ rule: ssdliteRule });
    expect(notes.join()).toContain('default boxes');
  });
});

describe.skipIf(!hasTorch)(`exported here and now${hasTorch ? '' : ' (skipped: needs torch and torchvision)'}`, () => {
  let folder = '';
  let files: readonly TorchFile[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'onnx-'));
    const run = spawnSync(python, [script, 'more', folder], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    files = torchFiles(folder);
  }, 180_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Imports every file of a model and gives the gaps; `table` is what all were built from. */
  async function gaps(model: string, table: Architecture | null): Promise<readonly number[]> {
    const own = files.filter((file) => file.model === model);
    const found: number[] = [];
    for (const file of own) {
      const network = networkOf(folder, file);
      found.push(await torchGap(network, file));
      if (table) sameTable(network.arch, table);
      if (!file.folded && network.arch.head.kind !== 'ssdlite' && model !== 'padded') {
        expect(network.arch.norm).not.toBeNull();
      }
    }
    const worst = Math.max(...found).toExponential(1);
    console.info(
      `${model}: ${own.map(({ opset, folded }) => `${opset}${folded ? '' : ' apart'}`).join(', ')}: ${worst}`
    );
    return found;
  }

  test.each(['v3-small', 'v3-large', 'v2', 'lraspp', 'ssdlite'])('%s is the table it was built from', async (model) => {
    const found = await gaps(model, built(model));
    expect(Math.max(0, ...found)).toBeLessThan(1e-5);
    expect(found.length).toBeGreaterThan(0);
  });

  test.each(['v2 odd', 'padded', 'turned', 'features'])('%s', async (model) => {
    const found = await gaps(model, null);
    expect(Math.max(0, ...found)).toBeLessThan(1e-5);
    expect(found.length).toBeGreaterThan(0);
  });

  test('padding spelled out as TensorFlow pads is SAME', () => {
    const own = files.filter(({ model }) => model === 'padded');
    expect(own.map((file) => networkOf(folder, file).arch.padding)).toEqual(own.map(() => 'same'));
  });

  test('a map that is flattened with its channels first is refused by name', () => {
    const file = files.find(({ model }) => model === 'flattened');
    const imported = importFile(folder, file!);
    expect(imported.kind === 'bad' && imported.issues[0]?.path).toContain('Flatten');
  });
});

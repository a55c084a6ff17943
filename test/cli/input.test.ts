/** @file The command line answers bad input with exit code 2 and one line that names the field and the rule. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';

const program = fileURLToPath(new URL('../../dist/cli/bneck.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bneck-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function bneck(...words: string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    cwd: folder
  });
  return { status, out: stdout, error: stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const small = presetById('v3-small')!.arch;
const edited = (expSize: unknown): string =>
  JSON.stringify({ ...small, rows: small.rows.map((row, i) => (i === 3 ? { ...row, expSize } : row)) });

mkdirSync(join(folder, 'empty'));
mkdirSync(join(folder, 'one', 'cats'), { recursive: true });
file('broken.json', '{"format": 1,');
file('zero.json', edited(0));
file('negative.json', edited(-3));
file('huge.json', edited(1e9));
file('letters.json', edited('wide'));
file('broken.safetensors', 'not tensors');
writeFileSync(join(folder, 'one', 'cats', 'a.png'), 'no picture');

describe('bad input', () => {
  test.each([
    [['summary', 'nowhere'], 'must be a preset (v1, v2'],
    [['summary', 'broken.json'], 'must be JSON'],
    [['summary', 'zero.json'], 'rows.3.expSize: exp size must be a whole number from 1 to 8192, got 0'],
    [['summary', 'negative.json'], 'got -3'],
    [['summary', 'huge.json'], 'got 1000000000'],
    [['summary', 'letters.json'], 'rows.3.expSize: exp size must be a number'],
    [['summary', 'v1', '--input', '0'], '--input must be 224, HxW or HxWxC'],
    [['summary', 'v1', '--input', '5000'], 'input.0: input height must be a whole number from 1 to 1024, got 5000'],
    [['summary', 'v1', '--width', 'wide'], '--width must be a number from 0.05 to 4, got wide'],
    [['summary', 'v1', '--classes', '1'], '--classes must be a whole number from 2 to 30000, got 1'],
    [['summary', 'v1', '--padding', 'valid'], '--padding must be same or symmetric, got valid'],
    [['train', 'v3-small', '--data', 'empty'], 'got an empty folder'],
    [['train', 'v3-small', '--data', 'one'], 'got 1 unreadable files'],
    [['train', 'v3-small', '--data', 'absent'], 'must be fashion-mnist or a readable folder'],
    [['train', 'v3-small', '--epochs', '0'], '--epochs must be a whole number from 1'],
    [['train', 'v3-small', '--engine', 'gpu'], '--engine must be auto, simd or tfjs, got gpu'],
    [['search', '--budget-ms', '1', '--budget-madds', '1e6'], 'give one of them'],
    [['search', '--budget-madds', '1000'], 'is below the floor of this space'],
    [['search', '--strategy', 'luck'], '--strategy must be random, random-near, evolution, got luck'],
    [['search', '--table', 'broken.json'], '--table broken.json'],
    [['adapt', 'broken.safetensors'], 'checkpoint broken.safetensors'],
    [['adapt', 'absent.safetensors'], 'ENOENT'],
    [['adapt', 'absent.safetensors', '--budget', '1.5'], '--budget must be a number from 0.01 to 0.99'],
    [['frobnicate'], 'unknown command']
  ])('%j', (words, message) => {
    const { status, out, error } = bneck(...words);
    expect(status).toBe(2);
    expect(out).toBe('');
    const last = error.trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^bneck: /);
    expect(last).toContain(message);
  });
});

describe('bneck summary', () => {
  test('--json prints name, input, totals and layers', () => {
    const summary = JSON.parse(bneck('summary', 'v3-large', '--json').out) as Record<string, unknown>;
    expect(Object.keys(summary)).toEqual([
      'name',
      'input',
      'params',
      'trainableParams',
      'madds',
      'activationBytes',
      'layers'
    ]);
    expect(summary).toMatchObject({ input: [224, 224, 3], params: 5_483_032, trainableParams: 5_483_032 });
    expect((summary.layers as unknown[])[0]).toMatchObject({ id: 'stem', op: 'conv', out: [112, 112, 16] });
  });

  test('--input HxWxC, --width and --padding reach the network', () => {
    const words = ['--input', '96x128x1', '--width', '0.5', '--padding', 'symmetric', '--classes', '7'];
    const summary = JSON.parse(bneck('summary', 'v2', '--json', ...words).out) as { input: number[]; layers: object[] };
    expect(summary.input).toEqual([96, 128, 1]);
    expect(summary.layers.at(-1)).toMatchObject({ id: 'head.logits', out: [1, 1, 7] });
  });
});

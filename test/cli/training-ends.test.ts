/** @file How `bneck train` ends before its time: Ctrl-C through the launcher, numbers that come apart, a file nobody can write. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { readCheckpoint } from '$lib/weights/safetensors';
import { smallNetworks } from '../support/small-networks';
import { writeBands } from './bands';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();
const launcher = fileURLToPath(new URL('../../scripts/bneck.mjs', import.meta.url));

writeBands(join(folder, 'bands'), 120);
file('tiny.json', JSON.stringify(smallNetworks[0]));
const train = ['train', 'tiny.json', '--data', 'bands', '--engine', 'simd', '--batch', '16', '--json'];

interface Told {
  readonly status: string;
  readonly reason?: string;
  readonly stopped: boolean;
  readonly epochs: readonly { readonly epoch: number; readonly validationAccuracy: number }[];
  readonly from: Checkpoint['from'];
  readonly report: { readonly accuracy: number } | null;
}

function saved(name: string): Checkpoint['from'] {
  const read = readCheckpoint(new Uint8Array(readFileSync(join(folder, name))));
  if (read.kind === 'bad') throw new Error(read.issues.map(({ message }) => message).join('; '));
  return read.checkpoint.from;
}

/** Runs the launcher in a group of its own and interrupts when its words hold a text. */
async function interrupted(words: readonly string[], at: string, interrupt: (pid: number) => void) {
  const child = spawn(process.execPath, [launcher, ...words], {
    cwd: folder,
    detached: true,
    env: { ...process.env, INIT_CWD: folder }
  });
  let [out, error, pressed] = ['', '', false];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => {
    error += bytes.toString();
    if (pressed || !error.includes(at)) return;
    pressed = true;
    interrupt(child.pid!);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, error, told: JSON.parse(out) as Told };
}

describe('Ctrl-C', () => {
  test.each([
    ['in the terminal, which reaches the whole group', (pid: number) => process.kill(-pid, 'SIGINT')],
    ['for the launcher alone', (pid: number) => process.kill(pid, 'SIGINT')]
  ])('%s, keeps the best epoch', async (how, interrupt) => {
    const name = `${how.length}.safetensors`;
    const { code, error, told } = await interrupted(
      [...train, '--epochs', '1000', '--out', name],
      'Epoch 3:',
      interrupt
    );
    expect(error).toContain('stopping after this step');
    expect(error).toContain(`wrote ${name}`);
    expect(code).toBe(0);
    expect(told).toMatchObject({ status: 'stopped', stopped: true });
    const best = Math.max(...told.epochs.map(({ validationAccuracy }) => validationAccuracy));
    expect(told.from.validationAccuracy).toBe(best);
    expect(told.report?.accuracy).toBe(best);
    expect(saved(name)).toEqual(told.from);
  });

  test('within the first epoch keeps what there is, with its score', async () => {
    writeBands(join(folder, 'many'), 20_000);
    const words = [...train, '--data', 'many', '--batch', '8', '--out', 'early.safetensors'];
    const press = (pid: number): void => void setTimeout(() => process.kill(-pid, 'SIGINT'), 300);
    const { code, told } = await interrupted(words, 'A step takes', press);
    expect(code).toBe(0);
    expect(told.epochs).toEqual([]);
    expect(told.from.epochs).toBe(0);
    expect(told.from.validationAccuracy).toBe(told.report?.accuracy);
    expect(saved('early.safetensors')).toEqual(told.from);
  });
});

test('numbers that come apart fail the training; what it had learned is told and written', () => {
  const wild = ['--epochs', '20', '--rate', '5', '--decay', '1', '--schedule', 'one-cycle'];
  const ended = bneck(...train, ...wild, '--out', 'apart.safetensors');
  expect(ended.status).toBe(2);
  const { status, reason, epochs, from } = JSON.parse(ended.out) as Told;
  expect(status).toBe('failed');
  expect(lastLine(ended)).toBe(`bneck: ${reason}`);
  expect(reason).not.toContain('must give the same answers');
  expect(epochs.length).toBeGreaterThan(0);
  expect(from.validationAccuracy).toBe(Math.max(...epochs.map(({ validationAccuracy }) => validationAccuracy)));
  expect(reason).toContain(`The best epoch before that, ${from.epochs}, was written to apart.safetensors`);
  expect(saved('apart.safetensors')).toEqual(from);
});

test.each(['/proc/nowhere/x.safetensors', 'tiny.json/x.safetensors'])(
  'a file that cannot be written is refused before anything is trained: --out %s',
  (path) => {
    const ended = bneck(...train, '--out', path);
    expect(ended.status).toBe(2);
    expect(lastLine(ended)).toContain(`--out ${path}: must be a file that can be written; E`);
    expect(ended.error).not.toContain('Epoch');
  }
);

test('a folder is made for what is written; nothing lies there before the first epoch', () => {
  const refused = bneck(...train, '--out', 'new/deep/x.safetensors', '--data', 'nowhere');
  expect(refused.status).toBe(2);
  expect(existsSync(join(folder, 'new/deep'))).toBe(true);
  expect(existsSync(join(folder, 'new/deep/x.safetensors'))).toBe(false);
});

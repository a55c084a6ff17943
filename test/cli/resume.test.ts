/** @file `bneck train --resume`: an interrupted training goes on to the very figures of one that was not; what does not fit is refused. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { smallNetworks } from '../support/small-networks';
import { writeBands } from './bands';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();
const program = fileURLToPath(new URL('../../dist/cli/bneck.js', import.meta.url));
const inFolder = (name: string): string => join(folder, name);
writeBands(inFolder('bands'), 120);
file('tiny.json', JSON.stringify(smallNetworks[0]));
file('other.json', JSON.stringify({ ...smallNetworks[0], name: 'other', rows: smallNetworks[0]!.rows.slice(0, -1) }));

interface Told {
  readonly status: string;
  readonly epochs: readonly { readonly epoch: number; readonly imagesPerSecond: number }[];
  readonly from: object;
  readonly report: object;
}

const words = (...more: string[]): string[] => [
  'train',
  'tiny.json',
  '--data',
  'bands',
  '--batch',
  '16',
  '--epochs',
  '16',
  '--json',
  ...more
];

/** What a finished training told, without the one figure that is a matter of time. */
function told(...more: string[]) {
  const ended = bneck(...words(...more));
  expect(ended.status, ended.error).toBe(0);
  const { status, epochs, from, report } = JSON.parse(ended.out) as Told;
  return { status, from, report, epochs: epochs.map(({ imagesPerSecond: _, ...figures }) => figures) };
}

/** Starts a training and sends it a signal once its third epoch is told; answers what it said. */
async function interrupted(signal: NodeJS.Signals, ...more: string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...words(...more)], { cwd: folder });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    const before = said.includes('Epoch 3:');
    said += bytes.toString();
    if (!before && said.includes('Epoch 3:')) child.kill(signal);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return said;
}

describe('bneck train --resume', () => {
  test.each<[string, NodeJS.Signals, string[]]>([
    ['ctrl-c', 'SIGINT', ['--workers', '1', '--optimizer', 'adamw', '--ema', '0.9', '--crop', '2', '--clip', '1']],
    ['killed', 'SIGKILL', ['--workers', '2', '--engine', 'simd', '--schedule', 'one-cycle']]
  ])(
    '%s, then resumed: the figures, the file and the report of a training never stopped',
    async (name, signal, recipe) => {
      const whole = told(...recipe, '--out', 'whole.safetensors');
      expect(whole.epochs).toHaveLength(16);
      expect(existsSync(inFolder('whole.resume')), 'a finished training needs no state').toBe(false);

      const out = `${name}.safetensors`;
      const said = await interrupted(signal, ...recipe, '--out', out);
      expect(said).not.toContain('Epoch 16:');
      expect(said.includes(`--resume ${name}.resume`)).toBe(signal === 'SIGINT');
      // Not told how many workers there were: it goes on with as many.
      const again = recipe.slice(2);
      const resumed = told(...again, '--resume', `${name}.resume`, '--out', out);
      expect(resumed).toEqual(whole);
      expect(readFileSync(inFolder(out))).toEqual(readFileSync(inFolder('whole.safetensors')));
      expect(existsSync(inFolder(`${name}.resume`))).toBe(false);
    }
  );

  test('refuses in one line what does not fit, and keeps it', async () => {
    await interrupted('SIGKILL', '--workers', '1', '--out', 'kept.safetensors');
    const state = readFileSync(inFolder('kept.resume'));
    writeFileSync(inFolder('cut.resume'), state.subarray(0, state.length / 2));
    writeBands(inFolder('others'), 90);
    const go = ['--resume', 'kept.resume'];
    const refused: readonly (readonly [readonly string[], string])[] = [
      [[...words(), '--resume', 'cut.resume'], '--resume cut.resume: '],
      [[...words(), '--resume', 'none.resume'], '--resume none.resume: ENOENT'],
      [[...words(), '--resume', 'kept.safetensors'], '--resume kept.safetensors: '],
      [['train', 'other.json', ...words().slice(2), ...go], '--resume kept.resume: goes on with network'],
      [[...words(), ...go, '--data', 'others'], 'goes on with --data bands'],
      [[...words(), ...go, '--epochs', '17'], 'goes on with --epochs 16, got 17'],
      [[...words(), ...go, '--optimizer', 'adam'], 'goes on with --rate'],
      [[...words(), ...go, '--ema', '0.5'], 'goes on with --ema –, got 0.5']
    ];
    for (const [given, message] of refused) {
      const ended = bneck(...given, '--out', 'kept.safetensors');
      expect(ended.status, message).toBe(2);
      expect(lastLine(ended)).toContain(message);
      expect(ended.error.trim().split('\n')).toHaveLength(1);
    }
    expect(readFileSync(inFolder('kept.resume'))).toEqual(state);
  });
});

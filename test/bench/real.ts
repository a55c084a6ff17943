/**
 * @file Benchmarks: what a first visitor's network learns in three minutes: MobileNetV3-Small at half width, the recipe `bneck
 * train` starts with, the bundled pictures, all cores. Runs the command line itself; arguments: more options of
 * `bneck train`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describeMachine, keepResult } from './machine';

const WANTED = 0.88;
const LIMIT_S = 180;
const given = process.argv.slice(2);
const asked = ['train', 'v3-small', '--width', '0.5', '--data', 'fashion-mnist', '--epochs', '4', ...given];
const program = ['scripts/bneck.mjs'];

/** The part of the answer that counts here. */
interface Answer {
  readonly status: string;
  readonly epochs: readonly { readonly validationAccuracy: number }[];
  readonly from: { readonly engine: string } | null;
}

// Builds the command line, which is no part of the time.
const built = spawnSync(process.execPath, [...program, 'list'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (built.status !== 0) throw new Error(`bneck list: must end with 0, ended with ${built.status}`);

const before = describeMachine(null);
const began = performance.now();
const child = spawn(process.execPath, [...program, ...asked, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
const secondsAt: number[] = [];
createInterface({ input: child.stderr }).on('line', (line) => {
  // A line of its own for every finished epoch; those of steps are written over by the next.
  if (/^\W*Epoch \d+: loss .*validation loss/.test(line.split('\r').at(-1) ?? '')) {
    secondsAt.push((performance.now() - began) / 1000);
  }
  if (!/step \d/.test(line)) console.log(line.split('\r').at(-1));
});
let text = '';
child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
if (code !== 0) throw new Error(`bneck train: must end with 0, ended with ${code}: ${text}`);
const answer = JSON.parse(text) as Answer;
if (answer.epochs.length !== secondsAt.length) {
  throw new Error(`bneck train: must print a line an epoch, got ${secondsAt.length} of ${answer.epochs.length}`);
}

const epochs = answer.epochs.map(({ validationAccuracy }, i) => ({
  seconds: Number((secondsAt[i] ?? NaN).toFixed(1)),
  validationAccuracy
}));
const reached = epochs.find(({ validationAccuracy }) => validationAccuracy >= WANTED);
const best = Math.max(...epochs.filter(({ seconds }) => seconds <= LIMIT_S).map((epoch) => epoch.validationAccuracy));
const after = { secondsTo88: reached?.seconds ?? null, bestWithin3Minutes: Number.isFinite(best) ? best : null };
const machine = { ...before, loadAfter: describeMachine(null).load };
const result = { machine, command: `bneck ${asked.join(' ')}`, engine: answer.from?.engine ?? null, ...after, epochs };
console.table(epochs);
console.log(after);
console.log(`written to ${keepResult('real', result)}`);

/** @file `npm run bneck -- …`: builds the command line when it is missing or old, then runs it with the given words. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkNode, freshCli, install, root } from './setup.mjs';

const relaxed = '--experimental-wasm-relaxed-simd';

checkNode();
install();
freshCli();
const knowsFlag = spawnSync(process.execPath, [relaxed, '-e', ''], { stdio: 'ignore' }).status === 0;
const flags = knowsFlag ? [relaxed] : [];
const child = spawn(process.execPath, [...flags, join(root, 'dist/cli/bneck.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd()
});
// A terminal's Ctrl-C reaches the whole group: the program has heard it and stops in its own time, which is waited for.
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT');
});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('close', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));

/** @file Benchmarks: bundles a TypeScript benchmark and runs it with relaxed SIMD: node test/bench/run.mjs train */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { buildCore } from '../../scripts/build-core.mjs';
import { generate } from '../../scripts/setup.mjs';

const [name = 'train', ...rest] = process.argv.slice(2);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
// Inside node_modules, where the bundle finds TensorFlow.js: that one looks for its files beside its own source.
const cache = at('../../node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bneck-bench-'));
await buildCore();
generate();
const file = join(folder, `${name}.mjs`);
await build({
  input: at(`./${name}.ts`),
  platform: 'node',
  external: /^@tensorflow\//,
  resolve: { alias: { $lib: at('../../src/lib'), $paraglide: at('../../src/paraglide') } },
  output: { file, format: 'esm', codeSplitting: false },
  logLevel: 'warn'
});
// Node 20 hides relaxed SIMD behind a flag that later ones may not know; --plain does without.
const relaxed = '--experimental-wasm-relaxed-simd';
const known = !rest.includes('--plain') && spawnSync(process.execPath, [relaxed, '-e', '']).status === 0;
const { status } = spawnSync(process.execPath, [...(known ? [relaxed] : []), file, ...rest], {
  stdio: 'inherit',
  cwd: at('../..')
});
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;

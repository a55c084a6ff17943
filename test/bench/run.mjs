/** @file Benchmarks: bundles a TypeScript benchmark and runs it with relaxed SIMD: node test/bench/run.mjs train */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { buildCore } from '../../scripts/build-core.mjs';
import { generate } from '../../scripts/setup.mjs';

const [name = 'train', ...rest] = process.argv.slice(2);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bneck-bench-'));
await buildCore();
generate();
const file = join(folder, `${name}.mjs`);
await build({
  input: at(`./${name}.ts`),
  platform: 'node',
  resolve: { alias: { $lib: at('../../src/lib'), $paraglide: at('../../src/paraglide') } },
  output: { file, format: 'esm', codeSplitting: false },
  logLevel: 'warn'
});
const { status } = spawnSync(process.execPath, ['--experimental-wasm-relaxed-simd', file, ...rest], {
  stdio: 'inherit',
  cwd: at('../..')
});
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;

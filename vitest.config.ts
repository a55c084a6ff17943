/** @file Test projects: `unit` (pure, milliseconds), `parity` (papers, references, other runtimes), `boundaries`, `cli` (the built command line), `browser` (the built page in a real Chromium), `slow`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Lets Node versions that hide relaxed SIMD behind a flag run the core at full speed. */
const relaxed = '--experimental-wasm-relaxed-simd';
const execArgv = spawnSync(process.execPath, [relaxed, '-e', '']).status === 0 ? [relaxed] : [];

/** Sees backends that nobody has opened: needs a process of its own, which costs seconds; all others share theirs. */
const freshBackends = 'src/lib/engine/tfjs/backend.test.ts';

/** Train, draw thousands of broken files or compare gradients for seconds: run beside the references, not on every check. */
const seconds = [
  'src/lib/data/broken.test.ts',
  'src/lib/data/scenes.test.ts',
  'src/lib/engine/dense.test.ts',
  'src/lib/engine/simd/gradients.test.ts',
  'src/lib/engine/simd/network.test.ts',
  'src/lib/engine/tfjs/wasm-gradients.test.ts',
  'src/workers/replica/replica.test.ts',
  'src/workers/train/workers.test.ts'
];

/** Use every core or look at how busy the page is: one at a time, when no other page is open. */
const alone = ['story', 'training', 'workers'].map((name) => `test/browser/${name}.test.ts`);

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>;

function project(name: string, include: string[], options: TestOptions = {}): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include, ...options } };
}

const patient = { isolate: false, testTimeout: 120_000, hookTimeout: 60_000 };
const sequential = { ...patient, fileParallelism: false };

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    alias: { $lib: at('src/lib'), $workers: at('src/workers'), $paraglide: at('src/paraglide') }
  },
  test: {
    expect: { requireAssertions: true },
    testTimeout: 20_000,
    pool: 'forks',
    execArgv,
    projects: [
      project('unit', ['src/**/*.test.ts'], { isolate: false, exclude: [freshBackends, ...seconds] }),
      project('unit-fresh', [freshBackends]),
      project('parity', ['test/paper/**/*.test.ts', 'test/parity/**/*.test.ts', ...seconds], { isolate: false }),
      project('boundaries', ['test/boundaries/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('cli', ['test/cli/**/*.test.ts'], sequential),
      project('browser', ['test/browser/**/*.test.ts'], {
        ...patient,
        exclude: alone,
        maxWorkers: 2,
        sequence: { groupOrder: 1 }
      }),
      project('browser-alone', alone, { ...sequential, sequence: { groupOrder: 2 } }),
      project('bench', [], { benchmark: { include: ['src/**/*.bench.ts', 'test/bench/**/*.bench.ts'] } }),
      project('slow', ['test/slow/**/*.test.ts'], { ...sequential, testTimeout: 600_000 })
    ]
  }
});

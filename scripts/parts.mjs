/** @file The parts of `npm test` and `npm run verify`: what each runs, how its passes and failures are counted. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, command } from './setup.mjs';

/**
 * @typedef {{ passed: number, failed: number, output: string }} Result
 * @typedef {{ name: string, run: () => Promise<Result> }} Part
 */

/** A part that passes or fails as a whole. @param {string} name @param {...string[]} steps @returns {Part} */
export function gate(name, ...steps) {
  return {
    name,
    async run() {
      let output = '';
      for (const args of steps) {
        const step = await capture(args);
        output += step.output;
        if (step.code !== 0) return { passed: 0, failed: 1, output };
      }
      return { passed: 1, failed: 0, output };
    }
  };
}

/** Adds up what vitest reports; a file that could not even start counts as one failure. @param {string} file */
function readReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  let failed = report.numFailedTests;
  for (const suite of report.testResults) {
    const own = suite.assertionResults.some((/** @type {{ status: string }} */ test) => test.status === 'failed');
    if (suite.status === 'failed' && !own) failed++;
  }
  return { passed: report.numPassedTests, failed };
}

/** A part that is a project of vitest. @param {string} name @param {Record<string, string>} [env] @returns {Part} */
export function vitest(name, env = {}) {
  return {
    name: `${name.replace('*', '')} tests`,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'bneck-test-'));
      const file = join(folder, 'report.json');
      const args = ['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const { code, output } = await capture([command('vitest'), ...args, '--passWithNoTests'], env);
      try {
        const { passed, failed } = readReport(file);
        return { passed, failed: code === 0 ? failed : Math.max(failed, 1), output };
      } catch {
        return { passed: 0, failed: 1, output };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  };
}

/**
 * The checks of the source; `cached` ones are quick the second time.
 */
export const checks = {
  format: gate('format', [command('prettier'), '--check', '.', '--cache', '--log-level', 'warn']),
  lint: gate('lint', [command('eslint'), '.', '--cache', '--cache-location', 'node_modules/.cache/eslint/']),
  rooms: gate('rooms', [command('depcruise'), 'src', '--config', '.dependency-cruiser.cjs']),
  types: gate(
    'types',
    [command('svelte-check'), '--tsconfig', './tsconfig.json', '--threshold', 'error', '--output', 'human'],
    [command('tsc'), '--noEmit', '-p', 'tsconfig.pure.json']
  ),
  build: gate('build', [command('vite'), 'build', '--logLevel', 'warn']),
  buildCli: gate('build cli', [command('vite'), 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn']),
  size: gate('size', [command('size-limit')])
};

/** Runs one part, prints its line, and its output when it failed. @param {Part} part @returns {Promise<Result>} */
async function report(part) {
  const begun = performance.now();
  const result = await part.run();
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const counts = result.failed ? `${result.passed} passed, ${result.failed} FAILED` : `${result.passed} passed`;
  console.log(`${result.failed ? '✗' : '✓'} ${part.name.padEnd(18)} ${seconds.padStart(6)} s   ${counts}`);
  if (result.failed) console.log(`\n${result.output.trim()}\n`);
  else for (const line of result.output.match(/^.*\bskipped\b.*$/gim) ?? []) console.log(`    ${line.trim()}`);
  return result;
}

/**
 * Runs parts, some at a time, and adds up their counts.
 * @param {Part[]} parts @param {number} [atOnce] @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runParts(parts, atOnce = 1) {
  const total = { passed: 0, failed: 0 };
  const queue = [...parts];
  const lane = async () => {
    for (let part = queue.shift(); part; part = queue.shift()) {
      const { passed, failed } = await report(part);
      total.passed += passed;
      total.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return total;
}

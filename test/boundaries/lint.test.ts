/** @file The bans of ESLint and of the pure compiler settings: each catches what is planted for it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { command, root } from '../../scripts/setup.mjs';

/** The project's lint without type information, which a text that is no file cannot have. */
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

/** The rules that object to a text as if it stood in a file. */
async function rulesAgainst(text: string, filePath: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, filePath) });
  return result?.messages.map((message) => message.ruleId) ?? [];
}

describe('lint', () => {
  test.each([
    ['no-restricted-properties', 'src/lib/search/planted.ts', 'export const draw = (): number => Math.random();'],
    ['no-restricted-properties', 'src/lib/latency/planted.ts', 'export const now = (): number => Date.now();'],
    ['no-restricted-properties', 'src/lib/netadapt/planted.ts', 'export const now = (): number => performance.now();'],
    ['no-restricted-syntax', 'src/lib/cost/planted.ts', 'export const now = (): Date => new Date();'],
    ['no-console', 'src/lib/arch/planted.ts', "console.log('here');"],
    ['no-console', 'src/workers/planted.ts', "console.warn('here');"],
    ['max-lines', 'src/lib/arch/planted.ts', 'export {};\n'.repeat(301)],
    ['no-restricted-syntax', 'src/lib/arch/planted.test.ts', "test.only('one', () => undefined);"],
    ['no-restricted-syntax', 'test/paper/planted.test.ts', "test.skip('one', () => undefined);"],
    ['@typescript-eslint/no-explicit-any', 'src/lib/arch/planted.ts', 'export const value: any = 1;']
  ])('%s catches a plant in %s', async (rule, file, text) => {
    expect(await rulesAgainst(text, file)).toContain(rule);
  });

  test('lets a worker read the clock and the command line print', async () => {
    expect(await rulesAgainst('export const now = (): number => performance.now();', 'src/workers/planted.ts')).toEqual(
      []
    );
    expect(await rulesAgainst("console.log('here');", 'src/cli/planted.ts')).toEqual([]);
  });
});

describe('the pure compiler settings', () => {
  /** Compiles a text with the settings of the pure rooms and answers the compiler's words. */
  async function compile(text: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'bneck-pure-'));
    try {
      writeFileSync(join(folder, 'planted.ts'), text);
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: join(root, 'tsconfig.pure.json'), include: ['planted.ts'], exclude: [] })
      );
      return await new Promise((done) => {
        execFile(process.execPath, [command('tsc'), '--noEmit', '-p', folder], (_error, stdout) => {
          done(stdout);
        });
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test('reject the page, the clock of the page and Node', async () => {
    const words = await compile('export const all = [document, performance, process];');
    expect(words).toContain("'document'");
    expect(words).toContain("'performance'");
    expect(words).toContain("'process'");
  });

  test('accept plain computing', async () => {
    expect(await compile('export const sum = (a: Float32Array): number => a.reduce((x, y) => x + y, 0);')).toBe('');
  });
});

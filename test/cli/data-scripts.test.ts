/** @file The scripts that bring whole datasets say what is wrong with a download and write nothing then. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { untar } from '../../scripts/data-fetch.mjs';
import { root } from '../../scripts/setup.mjs';

const folder = mkdtempSync(join(tmpdir(), 'bneck-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Names and times of everything in the data folder. */
const written = (): string[] => {
  const at = join(root, 'data');
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, encoding: 'utf8' }).map(
    (name) => `${name} ${statSync(join(at, name)).mtimeMs}`
  );
};

describe.each(['data-cifar10.mjs', 'data-fashion-full.mjs'])('%s', (script) => {
  const run = (file: string) =>
    spawnSync(process.execPath, [join(root, 'scripts', script), file], { encoding: 'utf8', cwd: root });

  test('refuses a download of other bytes, with both fingerprints', () => {
    const file = join(folder, 'other.bin');
    writeFileSync(file, 'other');
    const before = written();
    const { status, stderr } = run(file);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /other[.]bin: sha256 must be [0-9a-f]{64}, got d9298a10d1b0.* \(5 bytes\)[.] Nothing was written/
    );
    expect(written()).toEqual(before);
  });
});

test('untar reads names and bytes', () => {
  writeFileSync(join(folder, 'a.txt'), 'first');
  writeFileSync(join(folder, 'b.txt'), 'x'.repeat(600));
  const { stdout } = spawnSync('tar', ['-cf', '-', 'a.txt', 'b.txt'], { cwd: folder });
  expect([...untar(stdout)].map(([name, bytes]) => [name, bytes.toString()])).toEqual([
    ['a.txt', 'first'],
    ['b.txt', 'x'.repeat(600)]
  ]);
});

/** @file Licences: everything Bneck runs on is named in THIRD_PARTY.md under a licence that lets it be shipped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runtimePackages } from '../../scripts/licences.mjs';
import { root } from '../../scripts/setup.mjs';

const page = readFileSync(join(root, 'THIRD_PARTY.md'), 'utf8');
const packages = runtimePackages();

test('THIRD_PARTY.md names every package of the lock file that Bneck runs on', () => {
  const words = new Set(page.split(/[\s,|]+/).map((word) => word.replace(/[.]$/, '')));
  expect(packages.map(({ name }) => name).filter((name) => !words.has(name))).toEqual([]);
});

test('THIRD_PARTY.md names no package that is not brought along', () => {
  const brought = /## Packages these bring along([^]*?)(?:\n## |$)/.exec(page)?.[1] ?? '';
  const named = [...brought.matchAll(/:[*][*] (.*)[.]/g)].flatMap((line) => line[1]?.split(', ') ?? []);
  expect(named.length).toBeGreaterThan(50);
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  expect(named.filter((name) => !lock.includes(`node_modules/${name}"`))).toEqual([]);
});

test('THIRD_PARTY.md states the licence of every direct package', () => {
  const direct = packages.filter((one) => one.direct);
  expect(direct.length).toBeGreaterThan(8);
  expect(
    direct.filter(({ name, licence }) => !page.includes(`| ${name} | ${licence} |`)).map(({ name }) => name)
  ).toEqual([]);
});

test('every licence is a permissive one', () => {
  const permissive =
    /^(MIT|ISC|Apache-2[.]0|BSD-[23]-Clause|0BSD|Unlicense|CC0-1[.]0|Apache-2[.]0 AND MIT|[(]Apache-2[.]0 AND BSD-3-Clause[)])$/;
  expect(packages.filter(({ licence }) => !permissive.test(licence))).toEqual([]);
});

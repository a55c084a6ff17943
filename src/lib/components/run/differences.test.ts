/** @file Tests of the words for what two tables differ in. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import type { Architecture, BneckRow } from '$lib/arch/architecture';
import { differences } from './differences';
import { fileName } from './download';

const changed = (index: number, change: Partial<BneckRow>): Architecture => ({
  ...mobileNetV3Small,
  rows: mobileNetV3Small.rows.map((row, i) => (i === index && row.kind === 'bneck' ? { ...row, ...change } : row))
});

test('differences(arch, arch) is empty', () => {
  expect(differences(mobileNetV3Small, mobileNetV3Small)).toEqual([]);
});

test('differences(from, to) names row, field, old and new value', () => {
  expect(differences(mobileNetV3Small, changed(5, { expSize: 160, nl: 'relu' }))).toEqual([
    '#6 exp 240 → 160',
    '#6 HS → RE'
  ]);
});

test('differences(from, to) names a lost squeeze-and-excite', () => {
  expect(differences(mobileNetV3Small, changed(0, { se: null }))).toEqual(['#1 SE ● → ○']);
});

test('differences(from, to) names rows only one table has', () => {
  const shorter = { ...mobileNetV3Small, rows: mobileNetV3Small.rows.slice(0, -1) };
  expect(differences(mobileNetV3Small, shorter)).toEqual(['#11 −']);
});

test.each([
  ['MobileNetV3-Small', 'MobileNetV3-Small'],
  ['my net / v2', 'my-net-v2'],
  ['../..', 'network']
])('fileName(%j) is %j', (name, expected) => {
  expect(fileName(name)).toBe(expected);
});

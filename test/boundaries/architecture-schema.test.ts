/** @file The published JSON Schema: made from the reader's own, kept by every preset, and as strict. */
import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { applyNetworkOptions } from '$lib/arch/options';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { architectureSchema } from '$lib/arch/schema';
import { toJson } from '$lib/export/json';
import { architectureJsonSchemaText } from '$lib/export/json-schema';
import { root } from '../../scripts/setup.mjs';

const published = readFileSync(join(root, 'static/architecture.schema.json'), 'utf8');
const large = presetById('v3-large')?.arch as Architecture;
const networks = [
  ...presets.map(({ id, arch }) => [id, arch] as const),
  ...(['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const).map(
    (head) => [`v3-large with ${head}`, applyNetworkOptions(large, { head })] as const
  )
];
const check = new Ajv().compile(JSON.parse(published) as object);
const accepts = (value: unknown): boolean => check(value) === true;

test('static/architecture.schema.json is what node scripts/schema.mjs writes', () => {
  expect(published).toBe(architectureJsonSchemaText());
});

test.each(networks)('%s, as it is saved, keeps the published schema', (_, arch) => {
  expect(accepts(JSON.parse(toJson(arch)))).toBe(true);
});

test('every field says what it means', () => {
  const silent: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const fields = 'properties' in value ? (value.properties as Record<string, { description?: string }>) : {};
    for (const [field, part] of Object.entries(fields)) if (!part.description) silent.push(`${name}.${field}`);
    for (const [key, part] of Object.entries(value)) visit(part, key);
  };
  visit(JSON.parse(published), '');
  expect(silent).toEqual([]);
});

/** Every way to spoil one value of a table: other types, the numbers around its range, a field less or more. */
function spoiled(arch: Architecture): unknown[] {
  const found: unknown[] = [];
  const visit = (value: unknown, put: (next: unknown) => unknown): void => {
    const others = [null, true, '', 'x', {}, [], -1, 0, 0.5, 1, 2, 4, 12, 17, 1025, 8193, 30_001];
    for (const next of others) if (next !== value) found.push(put(next));
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      const list: readonly unknown[] = value;
      found.push(put([...list, list[0]]), put(list.slice(1)), put(Array.from({ length: 65 }, () => list[0])));
      list.slice(0, 3).forEach((part, i) => visit(part, (next) => put(list.with(i, next))));
      return;
    }
    found.push(put({ ...value, more: 1 }), put({ ...value, ['toString']: 1 }));
    for (const [name, part] of Object.entries(value)) {
      found.push(put(Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))));
      visit(part, (next) => put({ ...value, [name]: next }));
    }
  };
  visit(arch, (next) => next);
  return found;
}

describe('the published schema', () => {
  test('refuses and accepts the same spoiled tables as the reader’s own', () => {
    const one = ['v1', 'v2', 'v3-small', 'article-000-dwconv', 'article-002-large', 'article-004-small'];
    const tables = networks
      .filter(([id]) => one.includes(id) || id.includes(' with '))
      .flatMap(([, arch]) => spoiled(arch));
    const verdicts = tables.map((table) => v.safeParse(architectureSchema, table).success);
    const apart = tables.filter((table, i) => accepts(table) !== verdicts[i]);
    expect(apart.slice(0, 3)).toEqual([]);
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(100);
    expect(verdicts.filter((good) => !good).length).toBeGreaterThan(1000);
  });
});

/** @file Tests of the exports that are kept: newest first, within bounds, put back after a reload. */
import { expect, test } from 'vitest';
import { mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { beginExport, foldExport, mostExportBytes, mostExports, type ExportView, type KeptExport } from './export-run';
import { Exports, withinBounds } from './exports.svelte';

const begun = beginExport({
  arch: mobileNetV3Small,
  tensors: null,
  choice: { format: 'tflite', weights: 'float32' },
  data: null,
  pictures: 1,
  zip: true
});
const wrote = (bytes: number): ExportView =>
  foldExport(begun, { kind: 'written', files: [{ name: 'a.tflite', content: new Uint8Array(bytes) }], ms: 1 });
const kept = (minute: number, bytes = 1): KeptExport => ({
  format: 1,
  id: `e${minute}`,
  at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  view: wrote(bytes)
});
const ids = (list: readonly KeptExport[]): readonly string[] => list.map(({ id }) => id);

/** A store in memory, as a browser's database answers. */
function store(found: readonly KeptExport[] = []) {
  const held = new Map(found.map((one) => [one.id, one]));
  return {
    held,
    put: (one: KeptExport) => void held.set(one.id, one),
    remove: (gone: readonly string[]) => gone.forEach((id) => held.delete(id)),
    keys: () => Promise.resolve([...held.keys()]),
    get: (_: string, key: string) => Promise.resolve(held.get(key))
  } as const;
}
const reader = (of: ReturnType<typeof store>) => of as unknown as Parameters<Exports['restore']>[0];

test('exports are listed newest first', () => {
  expect(ids(withinBounds([kept(1), kept(3), kept(2)]))).toEqual(['e3', 'e2', 'e1']);
});

test('no more than the most are kept, and the oldest go', () => {
  const all = Array.from({ length: mostExports + 3 }, (_, i) => kept(i));
  const left = withinBounds(all);
  expect(left).toHaveLength(mostExports);
  expect(left.at(-1)?.id).toBe('e3');
});

test('their files stay within the bytes; what is older than the first that does not fit goes with it', () => {
  const half = mostExportBytes / 2;
  expect(ids(withinBounds([kept(1, 1), kept(2, half + 1), kept(3, half)]))).toEqual(['e3']);
  expect(ids(withinBounds([kept(1, half), kept(2, half)]))).toEqual(['e2', 'e1']);
});

test('the newest is kept whatever its size', () => {
  expect(ids(withinBounds([kept(1), kept(2, mostExportBytes + 1)]))).toEqual(['e2']);
});

test('an export that wrote no file leaves nothing; one that did is stored', () => {
  const held = store();
  const exports = new Exports(held);
  exports.add(begun);
  exports.add(null);
  expect(exports.list).toEqual([]);
  exports.add(wrote(3));
  expect(exports.list).toHaveLength(1);
  expect([...held.held.values()]).toEqual(exports.list);
});

test('what is pushed out or removed leaves the store, too', () => {
  const held = store();
  const exports = new Exports(held);
  exports.add(wrote(mostExportBytes));
  exports.add(wrote(1));
  expect(exports.list).toHaveLength(1);
  expect(held.held.size).toBe(1);
  exports.remove(exports.list[0]?.id ?? '');
  expect(exports.list).toEqual([]);
  expect(held.held.size).toBe(0);
});

test('an earlier visit comes back beside this one; an unknown form of record stays where it is', async () => {
  const later = { ...kept(9), format: 2 } as unknown as KeptExport;
  const held = store([kept(1), kept(2), later]);
  const exports = new Exports(held);
  exports.add(wrote(5));
  await exports.restore(reader(held));
  expect(ids(exports.list).slice(1)).toEqual(['e2', 'e1']);
  expect(exports.list).toHaveLength(3);
  expect(held.held.has('e9')).toBe(true);
});

import { zipSync } from 'fflate';
import { beforeEach, describe, expect, test } from 'vitest';
import { bmp } from '$lib/data/pictures.fixture';
import type { Disk } from './keep';
import type { PicturesAnswer, PicturesRequest } from './protocol';
import { createPicturesRunner } from './runner';

/** Files in memory, as the browser would keep them. */
const stored = new Map<string, Uint8Array<ArrayBuffer>>();
const disk: Disk = {
  read: (name) => Promise.resolve(stored.get(name)?.slice() ?? null),
  write: async (name, parts) => {
    stored.set(name, new Uint8Array(await new Blob(parts.map((part) => new Uint8Array(part))).arrayBuffer()));
  },
  remove: (name) => Promise.resolve(void stored.delete(name))
};

let decoded = 0;
const decode = (_: Uint8Array, width: number, height: number): Promise<Uint8Array> => {
  decoded++;
  return Promise.resolve(new Uint8Array(4 * width * height).fill(decoded));
};
beforeEach(() => {
  stored.clear();
  decoded = 0;
});

const never = (): void => undefined;
const run = createPicturesRunner({ decode, openDisk: () => Promise.resolve(disk) });
const file = (path: string, bytes: Uint8Array): { path: string; file: File } => ({
  path,
  file: new File([new Uint8Array(bytes)], path, { lastModified: 1 })
});
const folder = (name: string): PicturesRequest => ({
  kind: 'files',
  name,
  files: [
    ...Array.from({ length: 24 }, (_, i) => file(`${i % 2 ? 'dog' : 'cat'}/${i}.bmp`, bmp(4, 4, i))),
    file('cat/x.png', new Uint8Array(3))
  ],
  shape: [2, 2, 3]
});
const fingerprint = (answer: PicturesAnswer): string => (answer.kind === 'ok' ? answer.dataset.sha256 : answer.kind);

describe('own pictures', () => {
  test('are decoded once: the same files again, and the next visit, come from the disk', async () => {
    const first = await run(folder('pets'), never);
    expect([first.kind, decoded]).toEqual(['ok', 24]);
    for (const request of [folder('pets'), { kind: 'kept' } as const]) {
      const again = await run(request, never);
      expect(again).toEqual(first);
    }
    expect(decoded).toBe(24);
  });

  test('are decoded anew at another size, and when a file has changed', async () => {
    await run(folder('pets'), never);
    const request = folder('pets');
    if (request.kind !== 'files') throw new Error('test: a folder is files');
    await run({ ...request, shape: [3, 3, 1] }, never);
    await run({ ...request, files: request.files.slice(2) }, never);
    expect(decoded).toBe(24 + 24 + 22);
  });

  test('of three sets are kept, the oldest goes', async () => {
    const prints = [];
    for (const name of ['a', 'b', 'c', 'd']) prints.push(fingerprint(await run(folder(name), never)));
    expect([...stored.keys()].filter((name) => name.endsWith('.u8'))).toHaveLength(3);
    expect(fingerprint(await run({ kind: 'kept' }, never))).toBe(prints[3]);
    const before = decoded;
    await run(folder('b'), never);
    expect(decoded).toBe(before);
    await run(folder('a'), never);
    expect(decoded).toBe(before + 24);
  });

  test('that are damaged on the disk are decoded again', async () => {
    await run(folder('pets'), never);
    for (const [name, bytes] of stored) if (name.endsWith('.u8')) bytes[5] = (bytes[5] ?? 0) ^ 1;
    expect((await run({ kind: 'kept' }, never)).kind).toBe('none');
    expect([...stored.keys()]).toEqual(['index.json']);
    expect((await run(folder('pets'), never)).kind).toBe('ok');
    expect(decoded).toBe(48);
  });

  test('of a ZIP are read from its file', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`${i % 2 ? 'a' : 'b'}/${i}.bmp`, bmp(4, 4, i)])
    );
    const answer = await run(
      { kind: 'files', name: 'pets.zip', files: [file('pets.zip', zipSync(entries))], shape: [2, 2, 1] },
      never
    );
    expect(answer.kind === 'ok' && answer.dataset.classes).toEqual(['a', 'b']);
  });

  test('that cannot be read leave what was kept', async () => {
    const first = await run(folder('pets'), never);
    const bad = await run({ kind: 'files', name: 'none', files: [], shape: [2, 2, 3] }, never);
    expect(bad.kind === 'bad' && bad.message).toContain('folder none: must hold one subfolder');
    expect(fingerprint(await run({ kind: 'kept' }, never))).toBe(fingerprint(first));
  });

  test('are read all the same where nothing can be kept, and the reason is told', async () => {
    const absent = createPicturesRunner({ decode, openDisk: () => Promise.reject(new Error('no private files')) });
    const answer = await absent(folder('pets'), never);
    expect(answer.kind === 'ok' && answer.kept).toEqual({ kind: 'nowhere', reason: 'no private files' });
    const full = createPicturesRunner({
      decode,
      openDisk: () => Promise.resolve({ ...disk, write: () => Promise.reject(new Error('the disk is full')) })
    });
    const other = await full(folder('pets'), never);
    expect(other.kind === 'ok' && other.kept).toEqual({ kind: 'nowhere', reason: 'the disk is full' });
    expect((await absent({ kind: 'kept' }, never)).kind).toBe('none');
  });

  test('of a camera become the last stretches of time for checking', async () => {
    const frame = (value: number): Uint8Array => new Uint8Array(4).fill(value);
    const classes = [
      { name: 'up', frames: Array.from({ length: 12 }, (_, i) => frame(i)) },
      { name: 'down', frames: Array.from({ length: 6 }, (_, i) => frame(100 + i)) }
    ];
    const answer = await run({ kind: 'recorded', name: 'cam', classes, shape: [2, 2, 1] }, never);
    if (answer.kind !== 'ok') throw new Error(answer.kind);
    const { train, validation, test: last } = answer.dataset.splits;
    const values = ({ images }: { images: Uint8Array }): number[] => Array.from(images).filter((_, i) => i % 4 === 0);
    expect(values(train)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103]);
    expect(values(validation)).toEqual([8, 9, 104]);
    expect(values(last)).toEqual([10, 11, 105]);
  });
});

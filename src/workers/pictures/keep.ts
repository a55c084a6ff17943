/** @file Workers: keeps decoded pictures between visits, by what they were made from, so that nothing is decoded twice. */
import * as v from 'valibot';
import { countClasses } from '$lib/data/class-counts';
import type { ClassSet } from '$lib/data/dataset';
import { manifestOf, parseManifest, rawParts, readRaw } from '$lib/data/bundled';
import type { Unreadable } from '$lib/data/folder';
import type { PicturesAnswer } from './protocol';

/** A flat folder of files; `read` answers null for what is not there. */
export interface Disk {
  read(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  write(name: string, parts: readonly Uint8Array[]): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Sets kept at once; the oldest goes when one more comes. */
const mostSets = 3;

const unreadableSchema = v.array(v.object({ path: v.string(), reason: v.string() }));
const indexSchema = v.object({ format: v.literal(1), keys: v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))) });
const recordSchema = v.object({ format: v.literal(1), manifest: v.unknown(), unreadable: unreadableSchema });

const toBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Parses a JSON file; null for what this version did not write. */
function parsed<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array | null): T | null {
  if (!bytes) return null;
  try {
    const read = v.safeParse(schema, JSON.parse(new TextDecoder().decode(bytes)));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

/** The keys of kept sets, last used first. */
async function keysOf(disk: Disk): Promise<readonly string[]> {
  return parsed(indexSchema, await disk.read('index.json'))?.keys ?? [];
}

async function writeKeys(disk: Disk, keys: readonly string[]): Promise<void> {
  await disk.write('index.json', [toBytes({ format: 1, keys })]);
}

async function forget(disk: Disk, key: string): Promise<void> {
  await disk.remove(`${key}.json`);
  await disk.remove(`${key}.u8`);
}

/** Keeps a dataset under a key and makes it the last used one; rejects when the disk is full or refuses. */
export async function keepSet(
  disk: Disk,
  key: string,
  set: { dataset: ClassSet; unreadable: readonly Unreadable[] }
): Promise<void> {
  const { dataset, unreadable } = set;
  const others = (await keysOf(disk)).filter((other) => other !== key);
  for (const old of others.slice(mostSets - 1)) await forget(disk, old);
  const kept = others.slice(0, mostSets - 1);
  await writeKeys(disk, kept);
  await disk.write(`${key}.u8`, rawParts(dataset));
  await disk.write(`${key}.json`, [toBytes({ format: 1, manifest: manifestOf(dataset, `${key}.u8`), unreadable })]);
  await writeKeys(disk, [key, ...kept]);
}

/** Opens the set of a key, the last used one for null; 'none' for what is not there or not whole any more. */
export async function reopenSet(disk: Disk, key: string | null): Promise<PicturesAnswer> {
  const keys = await keysOf(disk);
  const wanted = key ?? keys[0];
  if (wanted === undefined || !keys.includes(wanted)) return { kind: 'none' };
  const record = parsed(recordSchema, await disk.read(`${wanted}.json`));
  const raw = await disk.read(`${wanted}.u8`);
  if (!record || !raw) return { kind: 'none' };
  let dataset: ClassSet;
  try {
    dataset = await readRaw(parseManifest(record.manifest), raw);
  } catch {
    await forget(disk, wanted);
    await writeKeys(
      disk,
      keys.filter((other) => other !== wanted)
    );
    return { kind: 'none' };
  }
  if (keys[0] !== wanted) await writeKeys(disk, [wanted, ...keys.filter((other) => other !== wanted)]);
  const { unreadable } = record;
  return { kind: 'ok', dataset, counts: countClasses(dataset), unreadable, kept: { kind: 'files' } };
}

/** @file Command line: the user's own pictures from a folder: IDX files, or images in one subfolder per class. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Dataset } from '$lib/data/dataset';
import { readFolder } from '$lib/data/folder';
import { readIdxDataset, type IdxPair } from '$lib/data/idx';
import { m } from '$paraglide/messages';
import { decodePicture } from './decode-node';
import { remark } from './print';

export type OwnPictures =
  { readonly kind: 'ok'; readonly dataset: Dataset } | { readonly kind: 'bad'; readonly message: string };

/** Pictures of a folder become squares of this side, three channels. */
const side = 64;
const splitSeed = 1;

const images = /images.*idx3|idx3.*images|images[-.]idx/i;
const labels = /labels.*idx1|idx1.*labels|labels[-.]idx/i;

function idxPair(folder: string, names: readonly string[], wanted: (name: string) => boolean): IdxPair | null {
  const pick = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name) && wanted(name));
  const [pictures, answers] = [pick(images), pick(labels)];
  if (!pictures || !answers) return null;
  const read = (name: string) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) });
  return { images: read(pictures), labels: read(answers) };
}

const isTest = (name: string): boolean => /^(t10k|test)/i.test(name);

/** Reads a folder; whatever it holds, the answer is a dataset or a message that names the folder and the rule. */
export async function readOwnPictures(folder: string): Promise<OwnPictures> {
  try {
    if (!statSync(folder).isDirectory()) return { kind: 'bad', message: m.cli_data_no_folder({ path: folder }) };
    const names = readdirSync(folder);
    const pair = idxPair(folder, names, (name) => !isTest(name));
    if (pair) {
      const test = idxPair(folder, names, isTest);
      const id = basename(folder);
      return { kind: 'ok', dataset: await readIdxDataset({ id, pair, seed: splitSeed, ...(test && { test }) }) };
    }
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const entries = files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = async (): Promise<Uint8Array> => new Uint8Array(await readFile(path));
      return { path: relative(folder, path).split(sep).join('/'), bytes };
    });
    const read = await readFolder({
      name: folder,
      entries,
      shape: [side, side, 3],
      decode: decodePicture,
      seed: splitSeed
    });
    for (const { path, reason } of read.unreadable) remark(m.cli_picture_unread({ path, reason }));
    return read.kind === 'ok' ? { kind: 'ok', dataset: read.dataset } : { kind: 'bad', message: read.message };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'bad', message: m.cli_data_unreadable({ path: folder, reason }) };
  }
}

/** @file Workers: reads own pictures once and keeps them: the same files again, or the next visit, decode nothing. */
import { reasonOf } from '$lib/base/reason';
import type { DecodePicture } from '$lib/data/folder';
import { openPictures } from '$lib/data/open-pictures';
import type { PictureFile } from '$lib/data/picture-file';
import { openRecorded } from '$lib/data/recorded';
import { sha256Hex } from '$lib/data/sha256';
import { keepSet, reopenSet, type Disk } from './keep';
import type { ChosenFile, Kept, OnDecoded, PicturesAnswer, PicturesRequest } from './protocol';

/** What reading needs of the machine. */
export interface PicturesPlatform {
  readonly decode: DecodePicture;
  /** Rejects, in words, where nothing can be kept. */
  readonly openDisk: () => Promise<Disk>;
}

const splitSeed = 1;

const pictureFile = ({ path, file }: ChosenFile): PictureFile => ({
  path,
  size: file.size,
  read: async (from = 0, to = file.size) => new Uint8Array(await file.slice(from, to).arrayBuffer())
});

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The fingerprint of a request: names, sizes and times of the files, not their bytes, which need not be read again. */
async function keyOf(request: Exclude<PicturesRequest, { kind: 'kept' }>): Promise<string> {
  const parts =
    request.kind === 'files'
      ? request.files.map(({ path, file }) => [path, file.size, file.lastModified])
      : await Promise.all(request.classes.map(async ({ name, frames }) => [name, await sha256Hex(joined(frames))]));
  return sha256Hex(
    new TextEncoder().encode(JSON.stringify([1, request.kind, request.name, request.shape, splitSeed, parts]))
  );
}

/** Reads pictures on this platform. */
export function createPicturesRunner({ decode, openDisk }: PicturesPlatform) {
  return async (request: PicturesRequest, onDecoded: OnDecoded): Promise<PicturesAnswer> => {
    let refusal = '';
    const disk = await openDisk().catch((error: unknown) => {
      refusal = reasonOf(error);
      return null;
    });
    const reopen = async (key: string | null): Promise<PicturesAnswer> => {
      if (!disk) return { kind: 'none' };
      try {
        return await reopenSet(disk, key);
      } catch (error) {
        refusal = reasonOf(error);
        return { kind: 'none' };
      }
    };
    if (request.kind === 'kept') return reopen(null);

    const key = await keyOf(request);
    const before = await reopen(key);
    if (before.kind === 'ok') return before;
    const { name, shape } = request;
    const read =
      request.kind === 'files'
        ? await openPictures({
            name,
            files: request.files.map(pictureFile),
            shape,
            decode,
            seed: splitSeed,
            onProgress: onDecoded
          })
        : await openRecorded(name, request.classes, shape);
    if (read.kind === 'bad') return read;
    let kept: Kept = { kind: 'files' };
    try {
      if (disk) await keepSet(disk, key, read);
      else kept = { kind: 'nowhere', reason: refusal };
    } catch (error) {
      kept = { kind: 'nowhere', reason: reasonOf(error) };
    }
    return { ...read, kept };
  };
}

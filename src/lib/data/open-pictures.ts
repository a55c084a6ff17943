/** @file Data: the one door for a person's own pictures: recognises what the files are and reads them into a dataset. */
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import { isCifarBatch, isCifarNames, readCifar } from './cifar';
import { countClasses } from './class-counts';
import type { ClassSet } from './dataset';
import { readFolder, type DecodePicture, type FolderResult } from './folder';
import { placeFiles } from './folder-layout';
import { readIdx, readIdxDataset, type IdxPair, type NamedBytes } from './idx';
import { isGzip } from './inflate';
import { mostFileBytes, mostFiles, mostSetBytes } from './limits';
import { readNpz } from './npz';
import { baseName, isHidden, type PictureFile } from './picture-file';
import { whyNotDecode } from './picture-header';
import { openZip } from './zip';

export interface OpenOptions {
  /** What was chosen: the name of a folder or a file, used in messages and as the dataset's id. */
  readonly name: string;
  readonly files: readonly PictureFile[];
  /** What pictures of a folder become; arrays keep the size they have. */
  readonly shape: Shape;
  /** Decodes one picture that is known to be small enough. */
  readonly decode: DecodePicture;
  readonly seed: number;
  /** Told after every decoded picture of a folder how many of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Whether the file begins as a ZIP archive does: with an entry, or empty. */
async function isArchive(file: PictureFile): Promise<boolean> {
  const [p, k, a, b] = await file.read(0, 4);
  return p === 0x50 && k === 0x4b && ((a === 3 && b === 4) || (a === 5 && b === 6));
}

const named = async (files: readonly PictureFile[]): Promise<NamedBytes[]> => {
  const out: NamedBytes[] = [];
  for (const file of files) out.push({ name: file.path, bytes: await file.read() });
  return out;
};

const whole = (dataset: ClassSet): FolderResult => ({
  kind: 'ok',
  dataset,
  counts: countClasses(dataset),
  unreadable: []
});

function openFolder({ name, files, shape, decode, seed, onProgress }: OpenOptions): Promise<FolderResult> {
  const entries = files.map((file) => ({
    path: file.path,
    bytes: (): Promise<Uint8Array> => {
      if (file.size > mostFileBytes) throw new Error(m.data_picture_bytes({ most: mostFileBytes, got: file.size }));
      return file.read();
    }
  }));
  const checked: DecodePicture = (bytes, width, height) => {
    const reason = whyNotDecode(bytes);
    return reason === null ? decode(bytes, width, height) : Promise.reject(new Error(reason));
  };
  return readFolder({ name, entries, shape, decode: checked, seed, ...(onProgress && { onProgress }) });
}

/** The files that may be IDX: gzip, or opening with 00 00 as its magic does. */
async function idxFiles(files: readonly PictureFile[]): Promise<NamedBytes[]> {
  const found: PictureFile[] = [];
  for (const file of files) {
    const start = await file.read(0, 4);
    if (isGzip(start) || (start.length === 4 && start[0] === 0 && start[1] === 0)) found.push(file);
  }
  return named(found.filter((file) => file.size <= mostSetBytes).slice(0, 8));
}

/** Names of classes, one a line, that may lie beside an IDX pair. */
async function classesBeside(files: readonly PictureFile[]): Promise<string[] | null> {
  const list = files.find((file) => baseName(file.path).toLowerCase() === 'classes.txt');
  if (!list) return null;
  const lines = new TextDecoder().decode(await list.read(0, 1e5)).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter(Boolean);
}

/** Pairs IDX files by what they hold: three or four dimensions are images, one is labels; t10k and test name the test pair. */
async function openIdx(name: string, files: readonly PictureFile[], seed: number): Promise<FolderResult | null> {
  const candidates = await idxFiles(files);
  if (candidates.length === 0) return null;
  const images: NamedBytes[] = [];
  const labels: NamedBytes[] = [];
  for (const file of candidates) ((await readIdx(file)).shape.length === 1 ? labels : images).push(file);
  const isTest = (file: NamedBytes): boolean => /t10k|test/i.test(baseName(file.name));
  const pairOf = (test: boolean): IdxPair | null => {
    const wanted = (list: readonly NamedBytes[]) => list.filter((file) => isTest(file) === test);
    const [[image], [label]] = [wanted(images), wanted(labels)];
    return image && label ? { images: image, labels: label } : null;
  };
  const pair = pairOf(false) ?? pairOf(true);
  if (!pair) throw new Error(m.data_set_idx_alone({ name, images: images.length, labels: labels.length }));
  const test = pairOf(false) ? pairOf(true) : null;
  const classes = await classesBeside(files);
  return whole(await readIdxDataset({ id: name, pair, seed, ...(test && { test }), ...(classes && { classes }) }));
}

async function recognise(options: OpenOptions, depth: number): Promise<FolderResult> {
  const { name, seed } = options;
  const files = options.files.filter((file) => !isHidden(file.path));
  if (files.length > mostFiles) throw new Error(m.data_set_files({ name, most: mostFiles, got: files.length }));
  const batches = files.filter((file) => isCifarBatch(file.path));
  if (batches.length > 0) {
    const room = batches.reduce((sum, file) => sum + file.size, 0);
    if (room > mostSetBytes) throw new Error(m.data_npz_bytes({ name, most: mostSetBytes, got: room }));
    const lists = files.filter((file) => isCifarNames(file.path));
    return whole(await readCifar(name, await named([...batches, ...lists]), seed));
  }
  const arrays = files.filter((file) => /[.]npy$/i.test(file.path));
  if (arrays.length > 0) return whole(await readNpz(name, arrays, seed));
  if (placeFiles(files.map((file) => file.path)).placed.length > 0) return openFolder({ ...options, files });
  const [archive] = files.filter((file) => files.length === 1 || /[.](zip|npz)$/i.test(file.path));
  if (archive && (await isArchive(archive))) {
    if (depth > 0) throw new Error(m.data_set_nested({ name, inner: archive.path }));
    return recognise({ ...options, files: await openZip(archive) }, depth + 1);
  }
  const idx = await openIdx(name, files, seed);
  if (idx) return idx;
  if (files.length === 0 || files.every((file) => /[.](txt|md|json|csv|png|jpe?g|webp|gif|bmp|avif)$/i.test(file.path)))
    return openFolder({ ...options, files });
  const got = m.data_set_unknown_files({ count: files.length, first: files[0]?.path ?? '' });
  throw new Error(m.data_set_unknown({ name, got }));
}

/**
 * Opens pictures: CIFAR batches, NumPy arrays, a folder with one subfolder a class, a ZIP or NPZ of any of these, or an
 * IDX pair. Whatever the files hold, the answer is a dataset with what could not be read, or a message that names the
 * file, the rule and the value.
 */
export async function openPictures(options: OpenOptions): Promise<FolderResult> {
  try {
    return await recognise(options, 0);
  } catch (error) {
    // The one RangeError that readers let through is an allocation that failed.
    const message =
      error instanceof RangeError ? m.data_set_memory({ name: options.name, reason: error.message }) : reasonOf(error);
    return { kind: 'bad', message, unreadable: [] };
  }
}

/** @file Data: a folder of pictures, one subfolder a class, optionally under train, validation and test. */
import type { Shape } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import { assemble } from './assemble';
import type { Dataset, SplitName } from './dataset';
import { placeFiles } from './folder-layout';
import { splitIndices } from './split';

/** One file of the folder; bytes may be read late, so that a large folder is never in memory at once. */
export interface FolderEntry {
  /** Path with slashes, from the chosen folder. */
  readonly path: string;
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
}

/** Decodes one picture (PNG, JPEG, ...) scaled to width x height, as RGBA bytes; rejects when it cannot. */
export type DecodePicture = (bytes: Uint8Array, width: number, height: number) => Promise<Uint8Array>;

export interface FolderOptions {
  /** The folder's name, used in messages and as the dataset's id. */
  readonly name: string;
  readonly entries: readonly FolderEntry[];
  /** What every picture becomes: one channel (luma) or three (RGB). */
  readonly shape: Shape;
  readonly decode: DecodePicture;
  readonly seed: number;
}

/** How many pictures of a class each split got. */
export interface ClassCount extends Readonly<Record<SplitName, number>> {
  readonly name: string;
}

/** A file that gave no picture, and why. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

export type FolderResult =
  | {
      readonly kind: 'ok';
      readonly dataset: Dataset;
      readonly counts: readonly ClassCount[];
      readonly unreadable: readonly Unreadable[];
    }
  | { readonly kind: 'bad'; readonly message: string; readonly unreadable: readonly Unreadable[] };

/** RGBA bytes to the wanted channels: RGB, or luma of ITU-R BT.601. */
function toChannels(rgba: Uint8Array, pixels: number, channels: number): Uint8Array {
  const out = new Uint8Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    const [r = 0, g = 0, b = 0] = rgba.subarray(4 * i, 4 * i + 3);
    if (channels === 1) out[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else out.set([r, g, b], 3 * i);
  }
  return out;
}

/**
 * Reads a folder of pictures into a dataset. Without train/validation/test folders a sixth of each class goes to
 * validation and a sixth to test, by seed; a missing one of them is taken from train. Never throws for what the folder
 * holds: an empty folder, a single class or no readable picture is a 'bad' result that names the folder and the rule.
 */
export async function readFolder(options: FolderOptions): Promise<FolderResult> {
  const { name, entries, shape, decode, seed } = options;
  const [height, width, channels] = shape;
  if (channels !== 1 && channels !== 3) throw new Error(m.data_folder_channels({ name, got: channels }));
  const layout = placeFiles(entries.map((entry) => entry.path));
  const unreadable: Unreadable[] = [...layout.misplaced];
  const bad = (message: string): FolderResult => ({ kind: 'bad', message, unreadable });
  if (entries.length === 0) return bad(m.data_folder_empty({ name }));
  if (layout.placed.length === 0) return bad(m.data_folder_no_pictures({ name, count: entries.length }));

  const classes = [...new Set(layout.placed.map((place) => place.className))].sort();
  if (classes.length > 256) return bad(m.data_folder_classes({ name, got: classes.length }));
  const pixels = height * width;
  const pictures: Uint8Array[] = [];
  const labels: number[] = [];
  const splitOf: (SplitName | null)[] = [];
  for (const { index, className, split } of layout.placed) {
    const entry = entries[index];
    if (!entry) continue;
    try {
      const rgba = await decode(typeof entry.bytes === 'function' ? await entry.bytes() : entry.bytes, width, height);
      if (rgba.length !== 4 * pixels) throw new Error(m.data_folder_decoded({ want: 4 * pixels, got: rgba.length }));
      pictures.push(toChannels(rgba, pixels, channels));
      labels.push(classes.indexOf(className));
      splitOf.push(split);
    } catch (error) {
      unreadable.push({ path: entry.path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const filled = new Set(labels);
  if (pictures.length === 0) return bad(m.data_folder_unreadable({ name, count: unreadable.length }));
  if (filled.size < 2) {
    const only = classes[labels[0] ?? 0] ?? '';
    return bad(m.data_folder_one_class({ name, only }));
  }

  const kept = classes.filter((_, i) => filled.has(i));
  const relabel = classes.map((className) => kept.indexOf(className));
  const finalLabels = Uint8Array.from(labels, (label) => relabel[label] ?? 0);
  const images = new Uint8Array(pictures.length * pixels * channels);
  pictures.forEach((picture, i) => images.set(picture, i * pixels * channels));

  const where = (split: SplitName) => splitOf.flatMap((s, i) => (s === split ? [i] : []));
  const loose = splitOf.flatMap((s, i) => (s === null || s === 'train' ? [i] : []));
  const given = { validation: where('validation'), test: where('test') };
  const parts = splitIndices(
    loose.map((i) => finalLabels[i] ?? 0),
    { validation: given.validation.length > 0 ? 0 : 1 / 6, test: given.test.length > 0 ? 0 : 1 / 6 },
    rngOf(seed)
  );
  const back = (indices: readonly number[]) => indices.map((i) => loose[i] ?? 0);
  const indices = {
    train: back(parts.train),
    validation: given.validation.length > 0 ? given.validation : back(parts.validation),
    test: given.test.length > 0 ? given.test : back(parts.test)
  };
  const count = pictures.length;
  if (indices.train.length === 0) return bad(m.data_folder_no_train({ name, count }));
  if (indices.validation.length === 0) return bad(m.data_folder_no_validation({ name, count }));

  const dataset = await assemble(name, { shape, classes: kept, images, labels: finalLabels }, indices);
  const of = (split: SplitName, label: number) => indices[split].filter((i) => finalLabels[i] === label).length;
  const counts = kept.map((className, label) => ({
    name: className,
    train: of('train', label),
    validation: of('validation', label),
    test: of('test', label)
  }));
  return { kind: 'ok', dataset, counts, unreadable };
}

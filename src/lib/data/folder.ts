/** @file Data: a folder of pictures, one subfolder a class, optionally under train, validation and test. */
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { rngOf } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import { assemble } from './assemble';
import { toChannels } from './channels';
import { countClasses, type ClassCount } from './class-counts';
import type { ClassSet, SplitName } from './dataset';
import { placeFiles } from './folder-layout';
import { mostClasses, mostSetBytes } from './limits';
import { splitGiven } from './split';
import { whyNotTeachable } from './teachable';

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
  /** Told after every picture how many of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A file that gave no picture, and why. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

export type FolderResult =
  | {
      readonly kind: 'ok';
      readonly dataset: ClassSet;
      readonly counts: readonly ClassCount[];
      readonly unreadable: readonly Unreadable[];
    }
  | { readonly kind: 'bad'; readonly message: string; readonly unreadable: readonly Unreadable[] };

/**
 * Reads a folder of pictures into a dataset. Without train/validation/test folders a sixth of each class goes to
 * validation and a sixth to test, by seed; a missing one of them is taken from train. Never throws for what the folder
 * holds: an empty folder, a single class or no readable picture is a 'bad' result that names the folder and the rule.
 */
export async function readFolder(options: FolderOptions): Promise<FolderResult> {
  const { name, entries, shape, decode, seed, onProgress } = options;
  const [height, width, channels] = shape;
  if (channels !== 1 && channels !== 3) throw new Error(m.data_folder_channels({ name, got: channels }));
  const layout = placeFiles(entries.map((entry) => entry.path));
  const unreadable: Unreadable[] = [...layout.misplaced];
  const bad = (message: string): FolderResult => ({ kind: 'bad', message, unreadable });
  if (entries.length === 0) return bad(m.data_folder_empty({ name }));
  if (layout.placed.length === 0) return bad(m.data_folder_no_pictures({ name, count: entries.length }));

  const classes = [...new Set(layout.placed.map((place) => place.className))].sort();
  if (classes.length > mostClasses) return bad(m.data_folder_classes({ name, got: classes.length }));
  const pixels = height * width;
  const size = pixels * channels;
  const room = layout.placed.length * size;
  if (room > mostSetBytes)
    return bad(
      m.data_set_bytes({ name, count: layout.placed.length, shape: shape.join('×'), most: mostSetBytes, got: room })
    );
  const images = new Uint8Array(room);
  const labels: number[] = [];
  const splitOf: (SplitName | null)[] = [];
  for (const { index, className, split } of layout.placed) {
    const entry = entries[index];
    if (!entry) continue;
    try {
      const rgba = await decode(typeof entry.bytes === 'function' ? await entry.bytes() : entry.bytes, width, height);
      if (rgba.length !== 4 * pixels) throw new Error(m.data_folder_decoded({ want: 4 * pixels, got: rgba.length }));
      toChannels(rgba, channels, images.subarray(labels.length * size));
      labels.push(classes.indexOf(className));
      splitOf.push(split);
    } catch (error) {
      unreadable.push({ path: entry.path, reason: reasonOf(error) });
    }
    onProgress?.(labels.length + unreadable.length - layout.misplaced.length, layout.placed.length);
  }
  const filled = new Set(labels);
  if (labels.length === 0) return bad(m.data_folder_unreadable({ name, count: unreadable.length }));
  const kept = classes.filter((_, i) => filled.has(i));
  const relabel = classes.map((className) => kept.indexOf(className));
  const finalLabels = Uint8Array.from(labels, (label) => relabel[label] ?? 0);
  const indices = splitGiven(finalLabels, splitOf, rngOf(seed));
  const pictures = { shape, classes: kept, images: images.subarray(0, labels.length * size), labels: finalLabels };
  const reason = whyNotTeachable(m.data_folder_named({ name }), pictures, indices);
  if (reason !== null) return bad(reason);
  const dataset = await assemble(name, pictures, indices);
  return { kind: 'ok', dataset, counts: countClasses(dataset), unreadable };
}

/** @file Data: pictures and labels as NumPy arrays, in one .npz or in .npy files side by side. */
import type { Shape } from '$lib/arch/architecture';
import { rngOf } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import { assemble } from './assemble';
import type { ClassSet, SplitName } from './dataset';
import { mostClasses, mostSetBytes } from './limits';
import { readNpy, type NpyArray } from './npy';
import { baseName, type PictureFile } from './picture-file';
import { splitGiven } from './split';
import { whyNotTeachable } from './teachable';

type Role = 'images' | 'labels';

/** An array by what it holds and for which split. */
interface Part {
  readonly name: string;
  readonly role: Role;
  readonly split: SplitName | null;
  readonly array: NpyArray;
}

const splitWords: readonly (readonly [RegExp, SplitName])[] = [
  [/(^|_)(train|training)(_|$)/, 'train'],
  [/(^|_)(val|valid|validation)(_|$)/, 'validation'],
  [/(^|_)(test|testing)(_|$)/, 'test']
];
const roleWords: readonly (readonly [RegExp, Role])[] = [
  [/(^|_)(x|images?|data|pictures)(_|$)/, 'images'],
  [/(^|_)(y|labels?|targets?|classes)(_|$)/, 'labels']
];

/** What an array is by its key: x_train and y_train of Keras, images and labels, train_images and train_labels. */
function meaningOf(key: string): { role: Role; split: SplitName | null } | null {
  const find = <T>(words: readonly (readonly [RegExp, T])[]): T | null =>
    words.find(([word]) => word.test(key))?.[1] ?? null;
  const role = find(roleWords);
  return role ? { role, split: find(splitWords) } : null;
}

const keyOf = (path: string): string =>
  baseName(path)
    .replace(/\.npy$/i, '')
    .toLowerCase();

/** Height, width and channels of an images array, and whether channels come first, as PyTorch has them. */
function layoutOf({ name, array: { shape } }: Part): { shape: Shape; planar: boolean } {
  const [, a = 0, b = 0, c = 1] = shape;
  const few = (side: number): boolean => side >= 1 && side <= 4;
  if (shape.length === 3 && a > 0 && b > 0) return { shape: [a, b, 1], planar: false };
  if (shape.length === 4 && few(c) && a > 0 && b > 0) return { shape: [a, b, c], planar: false };
  if (shape.length === 4 && few(a) && b > 0 && c > 0) return { shape: [b, c, a], planar: true };
  throw new Error(m.data_npz_images({ name, got: shape.join('×') }));
}

/** What a number of the array is multiplied with to be 0 to 255; floats may be 0 to 1. */
function scaleOf({ name, array }: Part): number {
  if (array.type === '|u1') return 1;
  let most = 0;
  for (let i = 0; i < array.count; i++) {
    const value = array.at(i);
    if (!(value >= 0 && value <= 255)) throw new Error(m.data_npz_range({ name, got: String(value), index: i }));
    if (value > most) most = value;
  }
  return array.type.startsWith('<f') && most <= 1 ? 255 : 1;
}

/** Writes the pictures of an array as uint8 NHWC. */
function writeImages(part: Part, planar: boolean, shape: Shape, out: Uint8Array): void {
  const { array } = part;
  const [height, width, channels] = shape;
  const scale = scaleOf(part);
  const pixels = height * width;
  const size = pixels * channels;
  if (!planar && array.type === '|u1') {
    out.set(array.bytes);
    return;
  }
  for (let i = 0; i < array.count; i++) {
    const inside = i % size;
    const from = planar ? i - inside + (inside % channels) * pixels + Math.floor(inside / channels) : i;
    out[i] = Math.round(array.at(from) * scale);
  }
}

/** Labels as bytes: one number a picture, or one column a class of which the highest counts. */
function readLabels({ name, array }: Part, images: Part): Uint8Array {
  const { shape } = array;
  const [want = 0] = images.array.shape;
  const [got = 0, columns = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || columns < 1)
    throw new Error(m.data_npz_labels({ name, got: shape.join('×') }));
  if (got !== want) throw new Error(m.data_npz_pairs({ name, other: images.name, want, got }));
  const out = new Uint8Array(want);
  for (let i = 0; i < want; i++) {
    let label = columns === 1 ? array.at(i) : 0;
    for (let c = 1; c < columns; c++) if (array.at(i * columns + c) > array.at(i * columns + label)) label = c;
    if (!Number.isInteger(label) || label < 0 || label >= mostClasses)
      throw new Error(m.data_npz_label({ name, most: mostClasses - 1, got: String(label), index: i }));
    out[i] = label;
  }
  return out;
}

async function readParts(name: string, files: readonly PictureFile[]): Promise<Part[]> {
  const known = files.flatMap((file) => {
    const meaning = meaningOf(keyOf(file.path));
    return meaning ? [{ file, meaning }] : [];
  });
  const room = known.reduce((sum, { file }) => sum + file.size, 0);
  if (room > mostSetBytes) throw new Error(m.data_npz_bytes({ name, most: mostSetBytes, got: room }));
  const parts: Part[] = [];
  for (const { file, meaning } of known) {
    const read = readNpy(await file.read());
    if (read.kind === 'bad') throw new Error(m.data_npz_array({ name: `${name}/${file.path}`, message: read.message }));
    parts.push({ ...meaning, name: `${name}/${file.path}`, array: read.array });
  }
  return parts;
}

/** Pairs images with their labels, at most one pair a split. */
function pairUp(name: string, parts: readonly Part[], keys: readonly string[]): { images: Part; labels: Part }[] {
  const images = parts.filter((part) => part.role === 'images');
  if (images.length === 0) throw new Error(m.data_npz_keys({ name, got: keys.join(', ') }));
  return images.map((part) => {
    const labels = parts.find((other) => other.role === 'labels' && other.split === part.split);
    if (!labels) throw new Error(m.data_npz_unlabelled({ name: part.name, got: keys.join(', ') }));
    return { images: part, labels };
  });
}

/**
 * Reads NumPy arrays of pictures [n, height, width], [n, height, width, channels] or [n, channels, height, width], uint8
 * or numbers of 0 to 1 or 0 to 255, with their labels. Splits that the keys do not name are made by seed. Throws naming
 * the file, the rule and the value.
 */
export async function readNpz(name: string, files: readonly PictureFile[], seed: number): Promise<ClassSet> {
  const keys = files.map((file) => keyOf(file.path));
  const pairs = pairUp(name, await readParts(name, files), keys);
  const layouts = pairs.map(({ images }) => layoutOf(images));
  const shape = layouts[0]!.shape;
  const other = layouts.findIndex((layout) => layout.shape.join() !== shape.join());
  if (other >= 0)
    throw new Error(
      m.data_npz_shapes({
        name: pairs[other]!.images.name,
        want: shape.join('×'),
        got: layouts[other]!.shape.join('×')
      })
    );
  const size = shape[0] * shape[1] * shape[2];
  const total = pairs.reduce((sum, { images }) => sum + images.array.count, 0);
  const count = total / size;
  if (count === 0) throw new Error(m.data_set_empty({ name }));
  if (total > mostSetBytes)
    throw new Error(m.data_set_bytes({ name, count, shape: shape.join('×'), most: mostSetBytes, got: total }));
  const all = new Uint8Array(total);
  const labels = new Uint8Array(count);
  const given: (SplitName | null)[] = [];
  pairs.forEach(({ images, labels: answers }, i) => {
    labels.set(readLabels(answers, images), given.length);
    writeImages(images, layouts[i]!.planar, shape, all.subarray(given.length * size));
    for (let n = images.array.count / size; n > 0; n--) given.push(images.split);
  });
  const classes = Array.from({ length: labels.reduce((a, b) => Math.max(a, b), 0) + 1 }, (_, i) => String(i));
  const indices = splitGiven(labels, given, rngOf(seed));
  const reason = whyNotTeachable(name, { classes, labels }, indices);
  if (reason !== null) throw new Error(reason);
  return assemble(name, { shape, classes, images: all, labels }, indices);
}

/** @file Data: the binary version of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): one or two label bytes, then 3 × 32 × 32 planar. */
import { rngOf } from '$lib/base/rng';
import { m } from '$paraglide/messages';
import { assemble } from './assemble';
import type { ClassSet, SplitName } from './dataset';
import type { NamedBytes } from './idx';
import { mostSetBytes } from './limits';
import { baseName } from './picture-file';
import { splitGiven } from './split';
import { whyNotTeachable } from './teachable';

const side = 32;
const plane = side * side;
const pixels = 3 * plane;

/** CIFAR-10 has one label a picture, CIFAR-100 a coarse one of 20 before the fine one of 100, which is used. */
interface Kind {
  readonly classes: number;
  readonly labelBytes: number;
  readonly names: string;
}
const cifar10: Kind = { classes: 10, labelBytes: 1, names: 'batches.meta.txt' };
const cifar100: Kind = { classes: 100, labelBytes: 2, names: 'fine_label_names.txt' };

const of10 = /^(data_batch_\d+|test_batch)\.bin$/i;
const of100 = /^(train|test)\.bin$/i;

/** True for the names CIFAR's batches have: data_batch_1.bin, test_batch.bin; train.bin, test.bin. */
export function isCifarBatch(path: string): boolean {
  return of10.test(baseName(path)) || of100.test(baseName(path));
}

/** True for the lists of class names that lie beside the batches. */
export function isCifarNames(path: string): boolean {
  return [cifar10.names, cifar100.names].includes(baseName(path).toLowerCase());
}

function kindOf(batches: readonly NamedBytes[]): Kind {
  const tens = batches.filter(({ name }) => of10.test(baseName(name)));
  if (tens.length > 0 && tens.length < batches.length) {
    const other = batches.find(({ name }) => !of10.test(baseName(name)));
    throw new Error(m.data_cifar_mixed({ name: other?.name ?? '', other: tens[0]?.name ?? '' }));
  }
  return tens.length > 0 ? cifar10 : cifar100;
}

function classNames(kind: Kind, files: readonly NamedBytes[]): string[] {
  const list = files.find(({ name }) => baseName(name).toLowerCase() === kind.names);
  if (!list) return Array.from({ length: kind.classes }, (_, i) => String(i));
  const names = new TextDecoder()
    .decode(list.bytes.subarray(0, 1e5))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (names.length !== kind.classes)
    throw new Error(m.data_cifar_names({ name: list.name, want: kind.classes, got: names.length }));
  return names;
}

/** Checks a batch's length and labels and tells how many pictures it holds; throws naming file, rule and value. */
function checkBatch({ name, bytes }: NamedBytes, { classes, labelBytes }: Kind): number {
  const record = labelBytes + pixels;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new Error(m.data_cifar_length({ name, record, got: bytes.length, whole: Math.floor(bytes.length / record) }));
  for (let at = labelBytes - 1, i = 0; at < bytes.length; at += record, i++)
    if (bytes[at]! >= classes) throw new Error(m.data_cifar_label({ name, classes, got: bytes[at]!, index: i }));
  return bytes.length / record;
}

/**
 * Reads batches in CIFAR's binary layout; the test batch is the test split, a sixth of the rest is kept for
 * validation, by seed. Throws naming the file, the rule and the value.
 */
export async function readCifar(name: string, files: readonly NamedBytes[], seed: number): Promise<ClassSet> {
  const batches = files.filter((file) => isCifarBatch(file.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (batches.length === 0) throw new Error(m.data_cifar_none({ name }));
  const kind = kindOf(batches);
  const classes = classNames(kind, files);
  const counts = batches.map((batch) => checkBatch(batch, kind));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total * pixels > mostSetBytes)
    throw new Error(
      m.data_set_bytes({ name, count: total, shape: '32×32×3', most: mostSetBytes, got: total * pixels })
    );
  const images = new Uint8Array(total * pixels);
  const labels = new Uint8Array(total);
  const given: (SplitName | null)[] = [];
  let picture = 0;
  batches.forEach((batch, b) => {
    const split = /^test/i.test(baseName(batch.name)) ? 'test' : null;
    for (let i = 0; i < (counts[b] ?? 0); i++, picture++) {
      const from = i * (kind.labelBytes + pixels) + kind.labelBytes;
      labels[picture] = batch.bytes[from - 1]!;
      given.push(split);
      let to = picture * pixels;
      for (let p = from; p < from + plane; p++) {
        images[to++] = batch.bytes[p]!;
        images[to++] = batch.bytes[p + plane]!;
        images[to++] = batch.bytes[p + 2 * plane]!;
      }
    }
  });
  const indices = splitGiven(labels, given, rngOf(seed));
  const reason = whyNotTeachable(name, { classes, labels }, indices);
  if (reason !== null) throw new Error(reason);
  return assemble(name, { shape: [side, side, 3], classes, images, labels }, indices);
}

/** @file Test support: the bundled pictures, whole or the first few of each split. */
import { readFileSync } from 'node:fs';
import { readBundled } from '../../src/lib/data/bundled';
import type { ClassSet, Split } from '../../src/lib/data/dataset';

const read = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(`${process.cwd()}/static/data/${name}`));

/** All of them. */
export function bundledPictures(): Promise<ClassSet> {
  return readBundled(JSON.parse(new TextDecoder().decode(read('fashion-mnist.json'))), read('fashion-mnist.u8.gz'));
}

/** The first so many pictures of every split. */
export function firstOf(dataset: ClassSet, most: { readonly train: number; readonly validation: number }): ClassSet {
  const size = dataset.shape[0] * dataset.shape[1] * dataset.shape[2];
  const cut = ({ images, labels, count }: Split, limit: number): Split => {
    const kept = Math.min(count, limit);
    return { count: kept, images: images.subarray(0, kept * size), labels: labels.subarray(0, kept) };
  };
  const { train, validation, test } = dataset.splits;
  return {
    ...dataset,
    splits: { train: cut(train, most.train), validation: cut(validation, most.validation), test }
  };
}

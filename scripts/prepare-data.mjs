/**
 * @file Prepares the bundled dataset: a seeded, stratified subset of Fashion-MNIST, written to static/data.
 *
 * Usage: node scripts/prepare-data.mjs [folder with the four IDX .gz files]
 * Without an argument it reads /usr/share/datasets/fashion-mnist, where the Debian package
 * dataset-fashion-mnist puts them (apt-get install dataset-fashion-mnist). Deterministic: the raw bytes and their
 * SHA-256 are the same on every machine; the gzip bytes depend on the zlib of Node only.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { classes, installed } from './fashion-mnist.mjs';

const SEED = 20240601;
const SPLITS = { train: 10_000, validation: 2_000, test: 2_000 };
const LICENCE = `The MIT License (MIT)

Copyright © 2017 Zalando SE, https://tech.zalando.com

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the “Software”), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED “AS IS”, WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** Mulberry32, as src/lib/base/rng.ts. */
function rngOf(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle(items, next) {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/** Disjoint picks of the given sizes with the same number of every class, each in shuffled order. */
function stratify(labels, counts, seed) {
  const next = rngOf(seed);
  const pools = classes.map((_, c) =>
    shuffle(
      [...labels.keys()].filter((i) => labels[i] === c),
      next
    )
  );
  let from = 0;
  return counts.map((count) => {
    const each = count / classes.length;
    const picked = pools.flatMap((pool) => pool.slice(from, from + each));
    from += each;
    if (picked.length !== count)
      throw new Error(`split: needs ${each} pictures of every class, got ${picked.length / 10}`);
    return shuffle(picked, next);
  });
}

function readIdx(path, dimensions) {
  const bytes = gunzipSync(readFileSync(path));
  if (bytes.readUInt32BE(0) !== 0x0800 + dimensions)
    throw new Error(`${path}: magic must be 0x080${dimensions}, got 0x${bytes.readUInt32BE(0).toString(16)}`);
  return bytes.subarray(4 + 4 * dimensions);
}

const source = resolve(process.argv[2] ?? installed);
const out = fileURLToPath(new URL('../static/data/', import.meta.url));
const read = (part, kind, dimensions) => readIdx(join(source, `${part}-${kind}-idx${dimensions}-ubyte.gz`), dimensions);
const parts = {
  train: { images: read('train', 'images', 3), labels: read('train', 'labels', 1) },
  t10k: { images: read('t10k', 'images', 3), labels: read('t10k', 'labels', 1) }
};
const [train, validation] = stratify(parts.train.labels, [SPLITS.train, SPLITS.validation], SEED);
const [test] = stratify(parts.t10k.labels, [SPLITS.test], SEED + 1);
const chosen = [
  ...[...train, ...validation].map((index) => ({ part: parts.train, index })),
  ...test.map((index) => ({ part: parts.t10k, index }))
];
const raw = Buffer.concat([
  ...chosen.map(({ part, index }) => part.images.subarray(index * 784, (index + 1) * 784)),
  Buffer.from(chosen.map(({ part, index }) => part.labels[index]))
]);

let sum = 0;
let squares = 0;
const values = SPLITS.train * 784;
for (let i = 0; i < values; i++) {
  const value = raw[i] / 255;
  sum += value;
  squares += value * value;
}
const mean = sum / values;
const manifest = {
  format: 1,
  id: 'fashion-mnist',
  name: 'Fashion-MNIST (10,000 + 2,000 + 2,000)',
  file: 'fashion-mnist.u8.gz',
  shape: [28, 28, 1],
  classes,
  splits: SPLITS,
  layout: 'uint8 NHWC images of train, validation, test, then their uint8 labels',
  bytes: raw.length,
  sha256: createHash('sha256').update(raw).digest('hex'),
  mean: [Number(mean.toFixed(6))],
  std: [Number(Math.sqrt(squares / values - mean * mean).toFixed(6))],
  seed: SEED,
  licence: 'MIT, (c) 2017 Zalando SE',
  source: 'https://github.com/zalandoresearch/fashion-mnist (Debian package dataset-fashion-mnist)'
};
mkdirSync(out, { recursive: true });
const packed = gzipSync(raw, { level: 9 });
writeFileSync(join(out, manifest.file), packed);
writeFileSync(join(out, 'fashion-mnist.json'), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(join(out, 'LICENSE-fashion-mnist.txt'), LICENCE);
process.stdout.write(`${manifest.file}: ${packed.length} bytes, raw ${raw.length} bytes, sha256 ${manifest.sha256}\n`);

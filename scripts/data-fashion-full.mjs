/**
 * @file Brings all 70,000 pictures of Fashion-MNIST into data/fashion-mnist as IDX files.
 *
 * Usage: npm run data:fashion-full [-- FILE], FILE being the Debian package's .deb where there is no network.
 * Then:  npm run bneck -- train v3-small --data data/fashion-mnist
 * They are taken from /usr/share/datasets/fashion-mnist where Debian's dataset-fashion-mnist is installed, else from
 * that package at deb.debian.org, unpacked with the system's tar (xz). MIT, copyright 2017 Zalando SE.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { download, fail, sha256, writeChecked } from './data-fetch.mjs';
import { classes, installed } from './fashion-mnist.mjs';
import { root } from './setup.mjs';

const source = {
  url: 'http://deb.debian.org/debian/pool/main/d/dataset-fashion-mnist/dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb',
  sha256: '39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0'
};
/** The files of github.com/zalandoresearch/fashion-mnist, with their SHA-256. @type {Record<string, string>} */
const files = {
  'train-images-idx3-ubyte.gz': 'b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7',
  'train-labels-idx1-ubyte.gz': '0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056',
  't10k-images-idx3-ubyte.gz': 'cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa',
  't10k-labels-idx1-ubyte.gz': '8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05'
};

/** The member of an ar archive, which a .deb is, whose name begins so. @param {Buffer} bytes @param {string} start */
function member(bytes, start) {
  for (let at = 8; at + 60 <= bytes.length;) {
    const size = Number(bytes.toString('latin1', at + 48, at + 58));
    if (bytes.toString('latin1', at, at + 16).startsWith(start)) return bytes.subarray(at + 60, at + 60 + size);
    at += 60 + size + (size % 2);
  }
  return fail(`${source.url}: must hold ${start}, got nothing of that name.`);
}

/** Unpacks the package to a folder of its own and hands the four files over. @param {Buffer} deb */
function unpack(deb) {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-fashion-'));
  try {
    writeFileSync(join(folder, 'data.tar.xz'), member(deb, 'data.tar.xz'));
    const { status, stderr, error } = spawnSync('tar', ['-xJf', 'data.tar.xz'], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) fail(`tar must be there and read xz: ${error?.message ?? stderr.trim()}. Nothing was written.`);
    return Object.keys(files).map((name) => readFileSync(join(folder, installed, name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const names = Object.keys(files);
const here = names.every(
  (name) => existsSync(join(installed, name)) && sha256(readFileSync(join(installed, name))) === files[name]
);
const local = here && !process.argv[2];
if (local) process.stdout.write(`Taking the files of ${installed}\n`);
const parts = local
  ? names.map((name) => readFileSync(join(installed, name)))
  : unpack(await download(source.url, source.sha256, process.argv[2]));
writeChecked(join(root, 'data', 'fashion-mnist'), [
  ...names.map((name, i) => ({ name, bytes: parts[i] ?? Buffer.alloc(0), sha256: files[name] ?? null })),
  { name: 'classes.txt', bytes: Buffer.from(`${classes.join('\n')}\n`), sha256: null }
]);

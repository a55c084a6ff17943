/** @file What the data scripts share: a download that is checked by its SHA-256, and a reader of tar archives. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 as hex. @param {Uint8Array} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Ends the script with a sentence. @param {string} message @returns {never} */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/**
 * Downloads a file whose SHA-256 is known; ends the script in words when the network or the bytes are not what they
 * must be. With `file` it reads that instead: for machines without a network.
 * @param {string} url @param {string} wanted @param {string | undefined} file @returns {Promise<Buffer>}
 */
export async function download(url, wanted, file) {
  /** @type {Buffer} */
  let bytes;
  if (file) {
    bytes = readFileSync(file);
  } else {
    process.stdout.write(`Downloading ${url}\n`);
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      bytes = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const again = `npm run ${process.env.npm_lifecycle_event ?? 'data:…'} -- FILE`;
      fail(
        `The network is not reachable from here: ${url}: ${reason}.\nNothing was written. On a machine with a network ` +
          `download that address, bring the file here and run: ${again}`
      );
    }
  }
  const got = sha256(bytes);
  if (got !== wanted)
    fail(`${file ?? url}: sha256 must be ${wanted}, got ${got} (${bytes.length} bytes). Nothing was written.`);
  return bytes;
}

/**
 * The files of a tar archive (POSIX ustar), by name.
 * @param {Buffer} bytes @returns {Map<string, Buffer>}
 */
export function untar(bytes) {
  const files = new Map();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const text = (/** @type {number} */ from, /** @type {number} */ length) =>
      bytes.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = parseInt(text(124, 12).trim(), 8);
    files.set(text(0, 100).replace(/^[.][/]/, ''), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/**
 * Writes files to a folder once each has the SHA-256 it must have.
 * @param {string} folder @param {readonly { name: string, bytes: Uint8Array, sha256: string | null }[]} files
 */
export function writeChecked(folder, files) {
  for (const { name, bytes, sha256: wanted } of files)
    if (wanted !== null && sha256(bytes) !== wanted)
      fail(`${name}: sha256 must be ${wanted}, got ${sha256(bytes)}. Nothing was written.`);
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  process.stdout.write(`${files.length} files, ${total} bytes, all as they must be (SHA-256), in ${folder}\n`);
}

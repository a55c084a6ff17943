/** @file Data: gzip by its magic bytes, through the platform's own stream in Node and browsers. */

import { m } from '$paraglide/messages';
import { mostSetBytes } from './limits';

/** More came out of a gzip stream than there may be. */
export class InflateLimit extends Error {}

/** True when the bytes open with gzip's magic 1f 8b (RFC 1952 §2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates gzip bytes; hands anything else back as it is. Rejects with the platform's error on a damaged stream, and in
 * words when more than `most` bytes come out.
 */
export async function inflate(bytes: Uint8Array, most = mostSetBytes): Promise<Uint8Array<ArrayBuffer>> {
  const owned =
    bytes.buffer instanceof ArrayBuffer
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : new Uint8Array(bytes);
  if (!isGzip(owned)) return owned;
  const reader = new Blob([owned]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      throw new InflateLimit(m.data_gzip_large({ most }));
    }
    chunks.push(next.value);
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

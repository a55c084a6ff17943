/** @file Data: the fingerprint of bytes, so that every result can say which pictures it saw. */

/** SHA-256 of the bytes as lower-case hex; needs Web Crypto, which browsers give to https and localhost only. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

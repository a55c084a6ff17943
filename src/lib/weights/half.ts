/** @file Step 4, network: 16-bit floats of foreign files as 32-bit ones. */

/** IEEE 754 binary16 bits to a number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halves: Float32Array | null = null;

/** Every half by its bits: 65,536 numbers, made when the first file needs them. */
const halfTable = (): Float32Array => (halves ??= Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits)));

/** Little-endian F16 or BF16 bytes to float32. */
export function widen(bytes: Uint8Array, dtype: 'F16' | 'BF16'): Float32Array {
  const count = bytes.length >> 1;
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8);
  if (dtype === 'BF16') {
    for (let i = 0; i < count; i++) words[i] = (words[i] as number) << 16;
    return new Float32Array(words.buffer);
  }
  const table = halfTable();
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = table[words[i] as number] as number;
  return out;
}

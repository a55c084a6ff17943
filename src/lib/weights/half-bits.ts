/** @file Step 4, network: 32-bit floats as 16-bit ones, rounded to nearest, ties to even. */

const scratch = new Float32Array(1);
const bitsOf = new Uint32Array(scratch.buffer);

/** IEEE 754 binary16 bits of a number; beyond the largest half it is infinity. */
export function toHalf(value: number): number {
  scratch[0] = value;
  const bits = bitsOf[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted > 0) return sign | roundedShift((shifted << 23) | fraction, 13);
  // Below 2^-14 a half has no leading one of its own.
  return shifted < -10 ? sign : sign | roundedShift(fraction | 0x800000, 14 - shifted);
}

/** bits / 2^by, to nearest, ties to even; a carry runs into the exponent, as it must. */
function roundedShift(bits: number, by: number): number {
  const low = bits & ((1 << by) - 1);
  const half = 1 << (by - 1);
  const up = low > half || (low === half && ((bits >>> by) & 1) === 1);
  return (bits >>> by) + (up ? 1 : 0);
}

/** The bits of every number. */
export function halvesOf(data: Float32Array): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = toHalf(data[i] as number);
  return out;
}

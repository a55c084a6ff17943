/** @file Step 8, export: signal-to-noise ratio of 8-bit answers beside those in floats. */

/** Sums of squares: of the float answers, and of what the 8-bit ones differ by. */
export class Noise {
  private signal = 0;
  private noise = 0;

  add(wanted: Float32Array, found: Float32Array): void {
    if (wanted.length !== found.length)
      throw new Error(`noise: answers must be as long, got ${wanted.length} and ${found.length}`);
    for (let i = 0; i < wanted.length; i++) {
      const value = wanted[i] as number;
      const difference = value - (found[i] as number);
      this.signal += value * value;
      this.noise += difference * difference;
    }
  }

  /** Noise power over signal power; 0 where both are 0. */
  get share(): number {
    if (this.noise === 0) return 0;
    return this.noise / this.signal;
  }
}

/** A share of noise in decibels, 10·log10(signal / noise); null without noise. */
export function decibels(share: number): number | null {
  return share === 0 ? null : -10 * Math.log10(share);
}

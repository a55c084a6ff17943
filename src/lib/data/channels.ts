/** @file Data: the channels a network takes, from the four that a decoder gives. */

/** Writes RGBA bytes as the wanted channels: RGB, or luma of ITU-R BT.601. */
export function toChannels(rgba: Uint8Array, channels: number, out: Uint8Array): void {
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += channels) {
    const [r, g, b] = [rgba[from]!, rgba[from + 1]!, rgba[from + 2]!];
    if (channels === 1) out[to] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else {
      out[to] = r;
      out[to + 1] = g;
      out[to + 2] = b;
    }
  }
}

/** @file Step 1, spec: the squeeze-and-excite of MobileNetV3, and how it follows its row. */
import type { SqueezeExcite } from './architecture';
import { squeezeWidth } from './divisible';

/** A quarter of the expansion, ReLU, hard sigmoid, biases, no norm, after the depthwise (MobileNetV3 §5.3). */
export function plainSqueezeExcite(expSize: number): SqueezeExcite {
  return {
    channels: squeezeWidth(expSize),
    nl: 'relu',
    gate: 'hardSigmoid',
    bias: true,
    norm: false,
    place: 'afterDepthwise'
  };
}

/** The two widths of a row that an SE may gate, by its place. */
interface Widths {
  readonly expSize: number;
  readonly out: number;
}

/** The quarters in use after the projection: article 002 cuts it, MobileNetV3's rule makes it divisible. */
const quarters: Readonly<Record<SqueezeExcite['place'], readonly ((width: number) => number)[]>> = {
  afterDepthwise: [squeezeWidth],
  afterProject: [(width) => Math.max(1, Math.floor(width / 4)), squeezeWidth]
};

/** The same SE for other widths: a quarter of the width it gates follows, any other goes through `other` or stays. */
export function followSqueeze(
  se: SqueezeExcite | null,
  from: Widths,
  to: Widths & { readonly other?: (channels: number) => number }
): SqueezeExcite | null {
  if (!se) return null;
  const gated = se.place === 'afterProject' ? 'out' : 'expSize';
  const quarter = quarters[se.place].find((rule) => rule(from[gated]) === se.channels);
  const channels = quarter ? quarter(to[gated]) : (to.other?.(se.channels) ?? se.channels);
  return { ...se, channels };
}

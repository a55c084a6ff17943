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

/** The same SE for another exp size: a quarter follows, any other width goes through `other`. */
export function followSqueeze(
  se: SqueezeExcite | null,
  from: number,
  to: { readonly expSize: number; readonly other?: (channels: number) => number }
): SqueezeExcite | null {
  if (!se) return null;
  const follows = se.channels === squeezeWidth(from);
  const channels = follows ? squeezeWidth(to.expSize) : (to.other?.(se.channels) ?? se.channels);
  return { ...se, channels };
}

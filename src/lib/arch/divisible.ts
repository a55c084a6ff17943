/** @file Step 1, spec: the rounding rule of every MobileNet after V1. */

/**
 * Rounds a width to the nearest multiple of the divisor, never below it and never more than 10 % down
 * (`make_divisible` of tensorflow/models slim, torchvision and timm).
 */
export function makeDivisible(width: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((width + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * width ? rounded + divisor : rounded;
}

/** The squeeze width of MobileNetV3: a quarter of the expansion, made divisible by 8 (MobileNetV3 §5.3; torchvision `exp // 4`). */
export function squeezeWidth(expSize: number): number {
  return makeDivisible(Math.floor(expSize / 4));
}

/** The multiple of the divisor nearest to a width first, then the next nearest; both positive. */
export function nearestMultiples(width: number, divisor = 8): readonly [number, number] {
  const below = Math.floor(width / divisor) * divisor;
  const above = below + divisor;
  if (below < divisor) return [divisor, 2 * divisor];
  return width - below <= above - width ? [below, above] : [above, below];
}

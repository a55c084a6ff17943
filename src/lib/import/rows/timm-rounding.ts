/** @file Import: how timm turns ratios into widths, number for number as its Python does. */
import { makeDivisible } from '$lib/arch/divisible';

/** timm's `round_channels` with its arguments, or Python's own `round`. */
export type Rounding =
  | 'nearest'
  | {
      /** 0 leaves a width as it is. */
      readonly multiplier: number;
      readonly divisor: number;
      /** The smallest share of a width that may be left of it. */
      readonly limit: number;
    };

/** `round_channels` as timm calls it unless told otherwise. */
export const toEights: Rounding = { multiplier: 1, divisor: 8, limit: 0.9 };
/** `round_channels` that changes nothing. */
export const untouched: Rounding = { multiplier: 0, divisor: 8, limit: 0.9 };

/** Python's `round`: a tie goes to the even number. */
export function pythonRound(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** A width through `round_channels` or `round`. */
export function roundedWidth(width: number, rounding: Rounding): number {
  if (rounding === 'nearest') return pythonRound(width);
  const { multiplier, divisor, limit } = rounding;
  if (multiplier === 0) return width;
  const scaled = width * multiplier;
  const rounded = Math.max(divisor, Math.floor((scaled + divisor / 2) / divisor) * divisor);
  return rounded < limit * scaled ? rounded + divisor : rounded;
}

/** Width of the expansion of an `ir` block: `make_divisible(in_chs * exp_ratio)`, whatever the table's own rounding. */
export function expansionOf(width: number, ratio: number): number {
  return makeDivisible(width * ratio);
}

/** How the blocks of a network come to their squeeze widths. */
export interface SqueezeRule {
  /** The ratio is of the expansion (`MobileNetV3`), else of what the block reads (`EfficientNet`). */
  readonly fromExpansion: boolean;
  readonly rounding: Rounding;
}

/** Width of the squeeze in a block that gates `gated` channels, `expansion` times what it reads. */
export function squeezeOf(
  block: { readonly gated: number; readonly expansion: number; readonly ratio: number },
  { fromExpansion, rounding }: SqueezeRule
): number {
  const ratio = fromExpansion ? block.ratio : block.ratio / block.expansion;
  return roundedWidth(block.gated * ratio, rounding);
}

/** @file Step 1, spec: row constructors that let the preset tables be typed in as the papers print them. */
import type { BneckRow, Kernel, NL, SeparableRow, Stride } from '../architecture';
import { squeezeWidth } from '../divisible';

/** RE and HS as MobileNetV3's tables name them, R6 as V2 uses it. */
export type NLName = 'RE' | 'R6' | 'HS';

const named: Readonly<Record<NLName, NL>> = { RE: 'relu', R6: 'relu6', HS: 'hardSwish' };

/** One line of MobileNetV3's Tables 1 and 2: kernel, exp size, #out, SE, NL, s. */
export function bneck(
  ...[kernel, expSize, out, se, nl, stride]: [Kernel, number, number, boolean, NLName, Stride]
): BneckRow {
  const squeeze = se ? { channels: squeezeWidth(expSize) } : null;
  return { kind: 'bneck', kernel, expSize, out, se: squeeze, nl: named[nl], stride };
}

/** One depthwise-separable line of MobileNetV1's Table 1: #out and stride. */
export function separable(out: number, stride: Stride): SeparableRow {
  return { kind: 'separable', kernel: 3, out, nl: 'relu', stride };
}

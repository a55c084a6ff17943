/** @file Step 1, spec: row constructors that let the preset tables be typed in as the papers print them. */
import type { BneckRow, ClassifierHead, HeadLayer, Kernel, NL, SeparableRow, Stride } from '../architecture';
import { plainSqueezeExcite } from '../squeeze-excite';

/** RE and HS as MobileNetV3's tables name them, R6 as V2 uses it. */
export type NLName = 'RE' | 'R6' | 'HS';

const named: Readonly<Record<NLName, NL>> = { RE: 'relu', R6: 'relu6', HS: 'hardSwish' };

/** One line of MobileNetV3's Tables 1 and 2: kernel, exp size, #out, SE, NL, s. */
export function bneck(
  ...[kernel, expSize, out, se, nl, stride]: [Kernel, number, number, boolean, NLName, Stride]
): BneckRow {
  return {
    kind: 'bneck',
    kernel,
    expSize,
    out,
    se: se ? plainSqueezeExcite(expSize) : null,
    nl: named[nl],
    stride,
    dilation: 1,
    expand: 'whenWider',
    shortcut: 'identity'
  };
}

/** One depthwise-separable line of MobileNetV1's Table 1: #out and stride. */
export function separable(out: number, stride: Stride): SeparableRow {
  return { kind: 'separable', kernel: 3, out, nl: 'relu', stride, dilation: 1, between: 'normed' };
}

/** A classifier: optional 1x1 convolution, pool, optional hidden layer, logits with bias. */
export function classifier(conv: HeadLayer | null, hidden: HeadLayer | null, dropout = 0): ClassifierHead {
  return { kind: 'classifier', conv, hidden, dropout, logitsBias: true };
}

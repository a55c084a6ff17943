/** @file Step 1, spec: MnasNet-A1, Figure 7 of Tan et al. 2019 (arXiv 1807.11626). */
import type { Architecture, BneckRow, Kernel, Stride } from '../architecture';
import { bneck, classifier } from './rows';

/**
 * One stage: kernel, expansion ratio, input, #out, SE, repeats, stride of the first. SE squeezes to a quarter of the
 * block's *input* with a plain sigmoid gate, where MobileNetV3 takes a quarter of the expansion.
 */
const stage = (
  ...[kernel, ratio, from, out, se, n, s]: [Kernel, number, number, number, boolean, number, Stride]
): BneckRow[] =>
  Array.from({ length: n }, (_, i) => {
    const width = i ? out : from;
    const row = bneck(kernel, ratio * width, out, se, 'RE', i ? 1 : s);
    return { ...row, se: row.se && { ...row.se, channels: Math.round(width / 4), gate: 'sigmoid' } };
  });

export const mnasNetA1: Architecture = {
  format: 1,
  name: 'MnasNet-A1',
  input: [224, 224, 3],
  classes: 1000,
  padding: 'same',
  norm: { epsilon: 1e-3, momentum: 0.99 },
  convBias: false,
  scaling: 'v2',
  stem: { kernel: 3, out: 32, nl: 'relu', stride: 2 },
  rows: [
    // SepConv: a bneck as wide as its input has no expansion.
    ...stage(3, 1, 32, 16, false, 1, 1),
    ...stage(3, 6, 16, 24, false, 2, 2),
    ...stage(5, 3, 24, 40, true, 3, 2),
    ...stage(3, 6, 40, 80, false, 4, 2),
    ...stage(3, 6, 80, 112, true, 2, 1),
    ...stage(5, 6, 112, 160, true, 3, 2),
    ...stage(3, 6, 160, 320, false, 1, 1)
  ],
  head: classifier({ out: 1280, nl: 'relu' }, null, 0.2)
};

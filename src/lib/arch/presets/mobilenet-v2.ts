/** @file Step 1, spec: MobileNetV2, Table 2 of Sandler et al. 2018 (arXiv 1801.04381). */
import type { Architecture, BneckRow, Stride } from '../architecture';
import { bneck, classifier } from './rows';

/** One line t, c, n, s of the table: expansion ratio, #out, repeats, stride of the first. */
const stage = (...[t, from, c, n, s]: [number, number, number, number, Stride]): BneckRow[] =>
  Array.from({ length: n }, (_, i) => bneck(3, t * (i ? c : from), c, false, 'R6', i ? 1 : s));

export const mobileNetV2: Architecture = {
  format: 1,
  name: 'MobileNetV2',
  input: [224, 224, 3],
  classes: 1000,
  padding: 'same',
  norm: { epsilon: 1e-5, momentum: 0.9 },
  convBias: false,
  scaling: 'v2',
  stem: { kernel: 3, out: 32, nl: 'relu6', stride: 2 },
  rows: [
    ...stage(1, 32, 16, 1, 1),
    ...stage(6, 16, 24, 2, 2),
    ...stage(6, 24, 32, 3, 2),
    ...stage(6, 32, 64, 4, 2),
    ...stage(6, 64, 96, 3, 1),
    ...stage(6, 96, 160, 3, 2),
    ...stage(6, 160, 320, 1, 1)
  ],
  head: classifier({ out: 1280, nl: 'relu6' }, null, 0.2)
};

/** @file Step 1, spec: MobileNetV1, Table 1 of Howard et al. 2017 (arXiv 1704.04861). */
import type { Architecture } from '../architecture';
import { classifier, separable } from './rows';

export const mobileNetV1: Architecture = {
  format: 1,
  name: 'MobileNetV1',
  input: [224, 224, 3],
  classes: 1000,
  padding: 'same',
  norm: { epsilon: 1e-5, momentum: 0.9 },
  convBias: false,
  scaling: 'v1',
  stem: { kernel: 3, out: 32, nl: 'relu', stride: 2 },
  rows: [
    separable(64, 1),
    separable(128, 2),
    separable(128, 1),
    separable(256, 2),
    separable(256, 1),
    separable(512, 2),
    separable(512, 1),
    separable(512, 1),
    separable(512, 1),
    separable(512, 1),
    separable(512, 1),
    separable(1024, 2),
    // The table prints stride 2 here, which would leave a 4x4 map; its own output sizes and all code use 1.
    separable(1024, 1)
  ],
  head: classifier(null, null, 0.001)
};

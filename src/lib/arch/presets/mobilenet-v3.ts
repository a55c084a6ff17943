/** @file Step 1, spec: MobileNetV3-Large and -Small, Tables 1 and 2 of Howard et al. 2019 (arXiv 1905.02244v5). */
import type { Architecture } from '../architecture';
import { mapHeadLayers } from '../head-layers';
import { bneck, classifier } from './rows';

const base = {
  format: 1,
  input: [224, 224, 3],
  classes: 1000,
  padding: 'same',
  norm: { epsilon: 1e-3, momentum: 0.99 },
  convBias: false,
  scaling: 'v3',
  stem: { kernel: 3, out: 16, nl: 'hardSwish', stride: 2 }
} as const;

export const mobileNetV3Large: Architecture = {
  ...base,
  name: 'MobileNetV3-Large',
  rows: [
    bneck(3, 16, 16, false, 'RE', 1),
    bneck(3, 64, 24, false, 'RE', 2),
    bneck(3, 72, 24, false, 'RE', 1),
    bneck(5, 72, 40, true, 'RE', 2),
    bneck(5, 120, 40, true, 'RE', 1),
    bneck(5, 120, 40, true, 'RE', 1),
    bneck(3, 240, 80, false, 'HS', 2),
    bneck(3, 200, 80, false, 'HS', 1),
    bneck(3, 184, 80, false, 'HS', 1),
    bneck(3, 184, 80, false, 'HS', 1),
    bneck(3, 480, 112, true, 'HS', 1),
    bneck(3, 672, 112, true, 'HS', 1),
    bneck(5, 672, 160, true, 'HS', 2),
    bneck(5, 960, 160, true, 'HS', 1),
    bneck(5, 960, 160, true, 'HS', 1)
  ],
  head: classifier({ out: 960, nl: 'hardSwish' }, { out: 1280, nl: 'hardSwish' }, 0.2)
};

export const mobileNetV3Small: Architecture = {
  ...base,
  name: 'MobileNetV3-Small',
  rows: [
    bneck(3, 16, 16, true, 'RE', 2),
    bneck(3, 72, 24, false, 'RE', 2),
    bneck(3, 88, 24, false, 'RE', 1),
    bneck(5, 96, 40, true, 'HS', 2),
    bneck(5, 240, 40, true, 'HS', 1),
    bneck(5, 240, 40, true, 'HS', 1),
    bneck(5, 120, 48, true, 'HS', 1),
    bneck(5, 144, 48, true, 'HS', 1),
    bneck(5, 288, 96, true, 'HS', 2),
    bneck(5, 576, 96, true, 'HS', 1),
    bneck(5, 576, 96, true, 'HS', 1)
  ],
  head: classifier({ out: 576, nl: 'hardSwish' }, { out: 1024, nl: 'hardSwish' }, 0.2)
};

/** The "minimalistic" form of tensorflow/models slim: same widths, no SE, ReLU everywhere, 3x3 kernels only. */
const minimalistic = (arch: Architecture): Architecture => ({
  ...arch,
  name: `${arch.name} minimalistic`,
  stem: arch.stem && { ...arch.stem, nl: 'relu' },
  rows: arch.rows.map((row) => (row.kind === 'bneck' ? { ...row, kernel: 3, se: null, nl: 'relu' } : row)),
  head: mapHeadLayers(arch.head, (layer) => ({ ...layer, nl: 'relu' }))
});

export const mobileNetV3LargeMinimalistic = minimalistic(mobileNetV3Large);
export const mobileNetV3SmallMinimalistic = minimalistic(mobileNetV3Small);

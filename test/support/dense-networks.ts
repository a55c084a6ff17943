/** @file Test support: small networks that answer with a mask or with boxes, and how they learn scenes. */
import type { Architecture, DetectionRule, Head } from '../../src/lib/arch/architecture';
import { ssdliteRule } from '../../src/lib/arch/with-head';
import { garmentScenes } from '../../src/lib/data/garment-scenes';
import { defaultRecipe, type Recipe } from '../../src/lib/engine/recipe';
import { optimizers } from '../../src/lib/task/optimize';
import { bneck } from './small-networks';

const norm = { epsilon: 1e-3, momentum: 0.9 };

/** A small backbone of stride 8 under a head; `size` is the side of its square input. */
function withHead(name: string, size: number, head: Head): Architecture {
  return {
    format: 1,
    name,
    classes: garmentScenes.classes,
    norm,
    convBias: false,
    scaling: 'v3',
    input: [size, size, 1],
    padding: 'symmetric',
    stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
    rows: [bneck(3, 24, 16, 0, 'relu', 2), bneck(5, 48, 24, 12, 'hardSwish', 2), bneck(5, 72, 24, 12, 'hardSwish', 1)],
    head
  };
}

const conv = { out: 64, nl: 'hardSwish' } as const;

/** LR-ASPP: one class map per class, joined at a quarter of the input. */
export const segmenter = (size: number): Architecture =>
  withHead('small LR-ASPP', size, { kind: 'lraspp', conv, filters: 32, low: 0, pool: 'global', gate: 'sigmoid', norm });

/** An encoder-decoder. */
export const decoder = (size: number, out: 'sigmoid' | 'linear' = 'linear'): Architecture =>
  withHead('small decoder', size, {
    kind: 'decoder',
    filters: 24,
    gate: 'sigmoid',
    stages: [
      { skip: 1, squeeze: 8, kernel: 3, nl: 'relu' },
      { skip: 0, squeeze: 8, kernel: 3, nl: 'relu' }
    ],
    out
  });

/** SSDLite on maps of a quarter, an eighth, and two coarser ones. */
export const detector = (size: number, rule: Partial<DetectionRule> = {}): Architecture =>
  withHead('small SSDLite', size, {
    kind: 'ssdlite',
    conv,
    tap: 1,
    extras: [
      { mid: 24, out: 48 },
      { mid: 24, out: 48 }
    ],
    nl: 'relu6',
    norm,
    rule: { ...ssdliteRule, scoreThreshold: 0.05, candidates: 40, detections: 20, ...rule }
  });

/** The recipe that small networks learn scenes by. */
export const sceneRecipe = (epochs: number): Recipe =>
  defaultRecipe({ epochs, batchSize: 16, learningRate: 0.01, optimizer: optimizers.adamw, weightDecay: 0.01 });

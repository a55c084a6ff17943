/** @file Test support: small networks that answer with a mask or with boxes, and how well they do on scenes. */
import type { Architecture, DetectionRule, Head } from '../../src/lib/arch/architecture';
import { ssdliteRule } from '../../src/lib/arch/with-head';
import type { Network } from '../../src/lib/engine/engine';
import { defaultRecipe, learningRateAt, updateOf } from '../../src/lib/engine/recipe';
import { largestOf } from '../../src/lib/task/class-loss';
import { detect } from '../../src/lib/task/detect';
import { confuse, meanAveragePrecision, meanIouOf, openConfusion } from '../../src/lib/task/metrics';
import type { Objective } from '../../src/lib/task/objective';
import { optimizers } from '../../src/lib/task/optimize';
import { sceneClasses, type Scenes } from './composites';
import { bneck } from './small-networks';

const norm = { epsilon: 1e-3, momentum: 0.9 };

/** A small backbone of stride 8 under a head; `size` is the side of its square input. */
function withHead(name: string, size: number, head: Head): Architecture {
  return {
    format: 1,
    name,
    classes: sceneClasses,
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

/** Mean IoU of a segmenter's masks. */
export async function maskScore(network: Network, scenes: Scenes): Promise<number> {
  const map = await network.forward(scenes.images, scenes.count);
  const { classes } = network.arch;
  const answers = scenes.labels.map((_, pixel) => largestOf(map, pixel * classes, classes));
  const confusion = openConfusion(classes);
  confuse(confusion, answers, { labels: scenes.labels, ignore: null });
  return meanIouOf(confusion);
}

/** AP@0.5 of a detector's boxes. */
export async function boxScore(network: Network, scenes: Scenes): Promise<number> {
  const output = await network.forward(scenes.images, scenes.count);
  const one = output.length / scenes.count;
  const pictures = scenes.boxes.map((there, index) => ({
    found: detect(output.subarray(index * one, (index + 1) * one), network.arch, { width: 1, height: 1 }),
    there
  }));
  return meanAveragePrecision(pictures, network.arch.classes);
}

/** Trains on scenes, batch after batch, by AdamW on a cosine. */
export async function learnScenes(
  network: Network,
  scenes: readonly Scenes[],
  { objective, steps }: { readonly objective: Objective; readonly steps: number }
): Promise<void> {
  const recipe = defaultRecipe({ learningRate: 0.01, optimizer: optimizers.adamw, weightDecay: 0.01 });
  for (let step = 0; step < steps; step++) {
    const update = updateOf(recipe, learningRateAt(step, steps, recipe));
    const { loss } = await network.trainStep(scenes[step % scenes.length]!, objective, update);
    if (!Number.isFinite(loss)) throw new Error(`loss must be a number, got ${loss} at step ${step}`);
  }
}

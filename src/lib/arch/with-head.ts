/** @file Step 1, spec: the same rows under another head, as torchvision builds them. */
import { unreachable } from '$lib/base/assert';
import type { Architecture, DetectionRule, Head, Row } from './architecture';
import { lastConvOf } from './head-layers';
import { withOutputStride, type OutputStride } from './output-stride';

/** Heads that any table can take; `lraspp-paper` pools windows where torchvision pools the whole map. */
export type HeadChoice = 'classifier' | 'features' | 'lraspp' | 'lraspp-paper' | 'ssdlite';

/** Classes with the background: VOC labels for segmentation, COCO's numbering for detection. */
const classesOf = { lraspp: 21, ssdlite: 91 } as const;

/** Input of torchvision's `ssdlite320`. */
const detectionInput = 320;

/** Boxes and post-processing of torchvision's `ssdlite320_mobilenet_v3_large`. */
export const ssdliteRule: DetectionRule = {
  minScale: 0.2,
  maxScale: 0.95,
  ratios: [2, 3],
  reduceFinest: false,
  scores: 'softmax',
  boxOrder: 'xywh',
  scoreThreshold: 0.001,
  iouThreshold: 0.55,
  candidates: 300,
  detections: 300
};

const strideOf = (row: Row): number => (row.kind === 'squeezeExcite' ? 1 : row.stride);

/** The first row, counted from 0, whose map has at most 1/`stride` of the input's side. */
function firstAt(arch: Architecture, stride: number): number | null {
  let now: number = arch.stem?.stride ?? 1;
  const index = arch.rows.findIndex((row) => (now *= strideOf(row)) >= stride);
  return index < 0 ? null : index;
}

function lraspp(arch: Architecture, pool: 'global' | 'paper', outputStride: OutputStride): Architecture {
  const dense = withOutputStride(arch, outputStride);
  const head: Head = {
    kind: 'lraspp',
    conv: lastConvOf(arch.head),
    filters: 128,
    // Joined in at an eighth of the input.
    low: firstAt(arch, 8) ?? 0,
    // Fig. 10 of MobileNetV3 prints a 49x49 pool of stride (16, 20); windows larger than the map are cut to it.
    pool: pool === 'paper' ? { kernel: [49, 49], stride: [16, 20] } : 'global',
    gate: 'sigmoid',
    norm: { epsilon: 1e-5, momentum: 0.9 }
  };
  return { ...dense, classes: classesOf.lraspp, head };
}

function ssdlite(arch: Architecture): Architecture {
  // torchvision gives every norm of the detector these constants.
  const norm = { epsilon: 1e-3, momentum: 0.97 };
  const head: Head = {
    kind: 'ssdlite',
    conv: lastConvOf(arch.head),
    // C4 is the finest map of the last resolution but one: what the row to 1/32 strides from.
    tap: firstAt(arch, 32) ?? Math.max(0, arch.rows.length - 1),
    extras: [512, 256, 256, 128].map((out) => ({ mid: out / 2, out })),
    nl: 'relu6',
    norm,
    rule: ssdliteRule
  };
  const input = [detectionInput, detectionInput, arch.input[2]] as const;
  return { ...arch, classes: classesOf.ssdlite, input, norm: arch.norm && norm, head };
}

/**
 * Puts another head on the table; its classes (and the detector's input) take that head's usual values, as does the
 * output stride under LR-ASPP unless one is given.
 */
export function withHead(arch: Architecture, choice: HeadChoice, outputStride: OutputStride = 16): Architecture {
  if (choice === 'lraspp') return lraspp(arch, 'global', outputStride);
  if (choice === 'lraspp-paper') return lraspp(arch, 'paper', outputStride);
  if (choice === 'ssdlite') return ssdlite(arch);
  if (choice === 'features') return { ...arch, head: { kind: 'features', outIndices: [arch.rows.length - 1] } };
  if (choice === 'classifier') {
    if (arch.head.kind === 'classifier') return arch;
    const head: Head = { kind: 'classifier', conv: lastConvOf(arch.head), hidden: null, dropout: 0, logitsBias: true };
    return { ...arch, head };
  }
  return unreachable(choice);
}

/** @file Tasks: the default boxes of a detection head and how four numbers move one of them. */
import type { Architecture, DetectionRule, SsdliteHead } from '$lib/arch/architecture';
import { boxesPerCell } from '$lib/arch/default-boxes';
import { lower } from '$lib/ops/lower';

/** Rows and columns of one feature map. */
export type Grid = readonly [height: number, width: number];

/** Width and height of a box as shares of the picture. */
type Size = readonly [width: number, height: number];

/** The numbers of a box are multiplied by these before they are learned (SSD's variances 0.1 and 0.2). */
const centreWeight = 10;
const sizeWeight = 5;

/** torchvision lets no box grow by more than 1000 / 16. */
const mostGrowth = Math.log(1000 / 16);

/** TensorFlow's box of the finest map when its set is reduced. */
const finestScale = 0.1;

/** Scales of the maps, from `minScale` to `maxScale` in equal steps, and 1 after the last (SSD §2.2, eq. 4). */
function scalesOf(rule: DetectionRule, maps: number): number[] {
  if (maps < 2) return [rule.minScale, rule.maxScale];
  const step = (rule.maxScale - rule.minScale) / (maps - 1);
  return [...Array.from({ length: maps }, (_, k) => rule.minScale + step * k), 1];
}

const shaped = (scale: number, ratio: number): Size => [scale * Math.sqrt(ratio), scale / Math.sqrt(ratio)];

/** Sizes of the boxes of every cell of map `index`, in the order in which the head lists them. */
function sizesOf(rule: DetectionRule, scales: readonly number[], index: number): Size[] {
  const scale = scales[index] ?? 1;
  const between = shaped(Math.sqrt(scale * (scales[index + 1] ?? 1)), 1);
  const both = (ratio: number): Size[] => [shaped(scale, ratio), shaped(scale, 1 / ratio)];
  if (rule.reduceFinest && index === 0) return [shaped(finestScale, 1), ...both(rule.ratios[0] ?? 1)];
  const ratios = rule.ratios.flatMap(both);
  // TensorFlow lists the box between two scales last and lets boxes be larger than the picture.
  if (rule.boxOrder === 'yxhw') return [shaped(scale, 1), ...ratios, between];
  return [shaped(scale, 1), between, ...ratios].map(([width, height]) => [Math.min(1, width), Math.min(1, height)]);
}

/**
 * The default boxes of all maps, finest first, rows before columns before boxes: [boxes, 4] of centre x, centre y, width
 * and height as shares of the picture (torchvision `DefaultBoxGenerator`; TensorFlow `create_ssd_anchors`).
 */
export function defaultBoxes(rule: DetectionRule, grids: readonly Grid[]): Float64Array {
  const scales = scalesOf(rule, grids.length);
  const count = grids.reduce((sum, [rows, columns], k) => sum + rows * columns * boxesPerCell(rule, k), 0);
  const out = new Float64Array(4 * count);
  let at = 0;
  for (const [index, [rows, columns]] of grids.entries()) {
    const sizes = sizesOf(rule, scales, index);
    for (let cell = 0; cell < rows * columns; cell++) {
      const x = ((cell % columns) + 0.5) / columns;
      const y = (Math.floor(cell / columns) + 0.5) / rows;
      for (const [width, height] of sizes) {
        out.set([x, y, width, height], at);
        at += 4;
      }
    }
  }
  return out;
}

/** A table whose head detects. */
export type Detector = Architecture & { readonly head: SsdliteHead };

/** Whether the table's head detects. */
export function isDetector(arch: Architecture): arch is Detector {
  return arch.head.kind === 'ssdlite';
}

/** The table as a detector; throws when its head is another. */
export function detectorOf(arch: Architecture): Detector {
  if (!isDetector(arch)) throw new Error(`detect: the head must be ssdlite, got ${arch.head.kind}`);
  return arch;
}

/** Rows and columns of the maps on which a detector's boxes stand, finest first. */
export function detectionGrids(arch: Detector): Grid[] {
  const ops = new Map(lower(arch).map((op) => [op.id, op]));
  const parts = ops.get('head.boxes')?.inputs ?? [];
  return parts.map((id): Grid => {
    const [height = 0, width = 0] = ops.get(id)?.out ?? [];
    return [height, width];
  });
}

/**
 * Moves a default box (centre x, centre y, width, height) by the four numbers at `at` of `output`; gives its corners
 * [x1, y1, x2, y2] in the unit of the default box (SSD eq. 2; torchvision `BoxCoder.decode_single`, weights 10, 10, 5, 5).
 */
export function decodeBox(
  { boxOrder }: DetectionRule,
  base: readonly [x: number, y: number, width: number, height: number],
  moved: readonly [number, number, number, number]
): [x1: number, y1: number, x2: number, y2: number] {
  const [dx, dy, dw, dh] = boxOrder === 'xywh' ? moved : ([moved[1], moved[0], moved[3], moved[2]] as const);
  const grown = (by: number): number =>
    Math.exp(boxOrder === 'xywh' ? Math.min(by / sizeWeight, mostGrowth) : by / sizeWeight);
  const [x, y, width, height] = base;
  const centreX = x + (dx / centreWeight) * width;
  const centreY = y + (dy / centreWeight) * height;
  const halfWidth = (width * grown(dw)) / 2;
  const halfHeight = (height * grown(dh)) / 2;
  return [centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight];
}

/** The four numbers that move a default box to another (centre x, centre y, width, height each): `decodeBox` undone. */
export function encodeBox(
  { boxOrder }: DetectionRule,
  base: readonly [x: number, y: number, width: number, height: number],
  wanted: readonly [x: number, y: number, width: number, height: number]
): readonly [number, number, number, number] {
  const dx = (centreWeight * (wanted[0] - base[0])) / base[2];
  const dy = (centreWeight * (wanted[1] - base[1])) / base[3];
  const dw = sizeWeight * Math.log(wanted[2] / base[2]);
  const dh = sizeWeight * Math.log(wanted[3] / base[3]);
  return boxOrder === 'xywh' ? [dx, dy, dw, dh] : [dy, dx, dh, dw];
}

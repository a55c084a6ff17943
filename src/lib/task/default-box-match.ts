/** @file Tasks: which default box has to find which labelled box, and by what numbers. */
import type { DetectionRule } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { defaultBoxes, detectionGrids, encodeBox, type Detector } from './boxes';
import { overlap, type Corners } from './nms';
import type { LabelledBox } from './objective';

/** A default box that overlaps a labelled one by this much has to find it (SSD §2.2). */
const matchAt = 0.5;

const known = new WeakMap<Detector, Float64Array>();

/** The default boxes of a detector, as `defaultBoxes` lists them; worked out once for each table. */
export function basesOf(arch: Detector): Float64Array {
  const found = known.get(arch) ?? defaultBoxes(arch.head.rule, detectionGrids(arch));
  known.set(arch, found);
  return found;
}

type Place = readonly [x: number, y: number, width: number, height: number];

/** Centre, width and height of default box `index`. */
const placeOf = (bases: Float64Array, index: number): Place => {
  const at = 4 * index;
  return [bases[at]!, bases[at + 1]!, bases[at + 2]!, bases[at + 3]!];
};

/** The corners of default box `index`. */
function cornersAt(bases: Float64Array, index: number): Corners {
  const [x, y, width, height] = placeOf(bases, index);
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/**
 * For each default box the index of the labelled box it has to find, or -1: the one it overlaps most, by half or more;
 * and every labelled box is found by the default box that overlaps it most (torchvision's SSDMatcher).
 */
export function matchBoxes(bases: Float64Array, boxes: readonly LabelledBox[]): Int32Array {
  const count = bases.length / 4;
  const matches = new Int32Array(count).fill(-1);
  const best = boxes.map(() => ({ index: 0, overlap: -1 }));
  for (let index = 0; index < count; index++) {
    const corners = cornersAt(bases, index);
    let most = 0;
    for (const [at, { box }] of boxes.entries()) {
      const shared = overlap(corners, box);
      if (shared > most) {
        most = shared;
        if (shared >= matchAt) matches[index] = at;
      }
      const top = best[at]!;
      if (shared > top.overlap) best[at] = { index, overlap: shared };
    }
  }
  for (const [at, { index }] of best.entries()) matches[index] = at;
  return matches;
}

/** Throws unless the boxes lie in the picture, hold something and name a class that is no background. */
export function checkBoxes(boxes: readonly LabelledBox[], classes: number): void {
  for (const { box, class: label } of boxes) {
    const [x1, y1, x2, y2] = box;
    const inside = x1 >= 0 && y1 >= 0 && x2 <= 1 && y2 <= 1 && x1 < x2 && y1 < y2;
    if (!inside) throw new Error(m.learning_box_corners({ corners: box.join(', ') }));
    if (!(label >= 1 && label < classes)) throw new Error(m.learning_box_class({ most: classes - 1, label }));
  }
}

/** The four numbers by which default box `index` finds a labelled one. */
export function wantedMove(
  rule: DetectionRule,
  { bases, index }: { readonly bases: Float64Array; readonly index: number },
  [x1, y1, x2, y2]: Corners
): readonly [number, number, number, number] {
  return encodeBox(rule, placeOf(bases, index), [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]);
}

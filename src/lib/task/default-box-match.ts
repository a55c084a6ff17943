/** @file Tasks: which default box has to find which labelled box, and by what numbers. */
import type { DetectionRule } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { defaultBoxes, detectionGrids, encodeBox, type Detector } from './boxes';
import { overlap, type Corners } from './nms';
import type { LabelledBox } from '$lib/data/dataset';

/** A default box that overlaps a labelled one by this much has to find it (SSD §2.2). */
const matchAt = 0.5;

/** The default boxes of a detector. */
export interface Bases {
  /** Centre, width and height, as `defaultBoxes` lists them. */
  readonly places: Float64Array;
  readonly corners: readonly Corners[];
}

const known = new WeakMap<Detector, Bases>();

const placeOf = (places: Float64Array, index: number): readonly [number, number, number, number] => {
  const at = 4 * index;
  return [places[at]!, places[at + 1]!, places[at + 2]!, places[at + 3]!];
};

/** The default boxes of a detector; worked out once for each table. */
export function basesOf(arch: Detector): Bases {
  const found = known.get(arch);
  if (found) return found;
  const places = defaultBoxes(arch.head.rule, detectionGrids(arch));
  const corners = Array.from({ length: places.length / 4 }, (_, index): Corners => {
    const [x, y, width, height] = placeOf(places, index);
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  });
  const made = { places, corners };
  known.set(arch, made);
  return made;
}

/**
 * For each default box the index of the labelled box it has to find, or -1: the one it overlaps most, by half or more;
 * and every labelled box is found by the default box that overlaps it most (torchvision's SSDMatcher).
 */
export function matchBoxes({ corners }: Bases, boxes: readonly LabelledBox[]): Int32Array {
  const matches = new Int32Array(corners.length).fill(-1);
  const best = boxes.map(() => ({ index: 0, overlap: -1 }));
  for (const [index, own] of corners.entries()) {
    let most = 0;
    for (const [at, { box }] of boxes.entries()) {
      const shared = overlap(own, box);
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
  { places, index }: { readonly places: Float64Array; readonly index: number },
  [x1, y1, x2, y2]: Corners
): readonly [number, number, number, number] {
  return encodeBox(rule, placeOf(places, index), [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]);
}

/** @file Step 1, spec: how many default boxes stand in each cell of a detection head's maps. */
import type { DetectionRule } from './architecture';

/**
 * Boxes per cell of map `index`, 0 the finest: the square, the square of the next scale, and each ratio both ways
 * (SSD §2.2); TensorFlow's SSD keeps three on the finest map.
 */
export function boxesPerCell(rule: DetectionRule, index: number): number {
  return rule.reduceFinest && index === 0 ? 3 : 2 + 2 * rule.ratios.length;
}

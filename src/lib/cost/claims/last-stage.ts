/** @file Step 3, cost: the last stage of MobileNetV3-Large before and after it was made efficient (§5.1, Fig. 5). */
import type { Architecture, Row } from '$lib/arch/architecture';
import { bneck, classifier } from '$lib/arch/presets/rows';
import { lower } from '$lib/ops/lower';
import { totalCost } from '../cost';
import { tableOf } from './figures';

/** A network that starts where the last row of Large ends. */
function stage(rows: readonly Row[], head: Architecture['head']): number {
  const arch: Architecture = { ...tableOf('v3-large'), input: [7, 7, 160], stem: null, rows, head };
  return totalCost(lower(arch)).madds;
}

/** Multiply-adds of: expand to 960, depthwise 3x3, project to 320, 1x1 to 1280, pool, logits. */
export const originalStage = (): number =>
  stage([bneck(3, 960, 320, false, 'HS', 1)], classifier({ out: 1280, nl: 'hardSwish' }, null));

/** Multiply-adds of: 1x1 to 960, pool, 1280 on one pixel, logits. */
export const efficientStage = (): number => stage([], tableOf('v3-large').head);

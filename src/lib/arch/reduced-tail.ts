/** @file Step 1, spec: the reduced tail: half the channels after the last resolution change. */
import type { Architecture, Row } from './architecture';
import { mapHeadLayers } from './head-layers';
import { followSqueeze } from './squeeze-excite';

const half = (width: number): number => Math.max(1, Math.floor(width / 2));

/** The last row that strides or begins to dilate; 0 where none does. */
function lastStage(rows: readonly Row[]): number {
  let stage = 0;
  let dilation = 1;
  for (const [index, row] of rows.entries()) {
    if (row.kind === 'squeezeExcite') continue;
    if (row.stride === 2 || row.dilation > dilation) stage = index;
    ({ dilation } = row);
  }
  return stage;
}

/**
 * Halves #out of the last stage, the expansions that read it, and the head (torchvision `reduced_tail=True`, used by
 * MobileNetV3's detector, §6.3); apply it before the width multiplier.
 */
export function reduceTail(arch: Architecture): Architecture {
  const first = lastStage(arch.rows);
  const rows = arch.rows.map((row, index): Row => {
    if (index < first || row.kind === 'squeezeExcite' || row.kind === 'depthwise') return row;
    const out = half(row.out);
    if (row.kind !== 'bneck') return { ...row, out };
    const expSize = index === first ? row.expSize : half(row.expSize);
    return { ...row, out, expSize, se: followSqueeze(row.se, row, { expSize, out }) };
  });
  return { ...arch, rows, head: mapHeadLayers(arch.head, (layer) => ({ ...layer, out: half(layer.out) })) };
}

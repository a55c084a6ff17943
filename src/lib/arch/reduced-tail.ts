/** @file Step 1, spec: the reduced tail: half the channels after the last resolution change. */
import type { Architecture, Row } from './architecture';
import { mapHeadLayers } from './head-layers';
import { widthBefore } from './rules';
import { followSqueeze } from './squeeze-excite';

/**
 * Halves #out of the last stage, the expansions that read it, and the head (torchvision `reduced_tail=True`, used by
 * MobileNetV3's detector, §6.3); apply it before the width multiplier.
 */
export function reduceTail(arch: Architecture): Architecture {
  const last = widthBefore(arch, arch.rows.length);
  let first = arch.rows.length;
  while (first > 0 && hasOut(arch.rows[first - 1], last)) first -= 1;
  const rows = arch.rows.map((row, index): Row => {
    if (index < first || row.kind === 'squeezeExcite' || row.kind === 'depthwise') return row;
    const out = half(row.out);
    if (row.kind !== 'bneck' || index === first) return { ...row, out };
    const expSize = half(row.expSize);
    return { ...row, out, expSize, se: followSqueeze(row.se, row.expSize, { expSize }) };
  });
  return { ...arch, rows, head: mapHeadLayers(arch.head, (layer) => ({ ...layer, out: half(layer.out) })) };
}

const half = (width: number): number => Math.max(1, Math.floor(width / 2));

const hasOut = (row: Row | undefined, out: number): boolean =>
  row !== undefined && row.kind !== 'squeezeExcite' && row.kind !== 'depthwise' && row.out === out;

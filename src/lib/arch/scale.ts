/** @file Step 1, spec: the width multiplier and the input, as new tables. */
import type { Architecture, ClassifierHead, Row, Shape } from './architecture';
import { unreachable } from '$lib/base/assert';
import { makeDivisible, squeezeWidth } from './divisible';

/** MobileNetV1 truncates: `int(c * width)` (arXiv 1704.04861 §3.3 and its code). */
function scaleV1(arch: Architecture, width: number): Architecture {
  const scaled = (out: number): number => Math.max(1, Math.trunc(out * width));
  const rows = arch.rows.map((row) => ({ ...row, out: scaled(row.out) }));
  return { ...arch, stem: { ...arch.stem, out: scaled(arch.stem.out) }, rows };
}

/** V2 keeps each row's expansion ratio and never narrows its last convolution (torchvision `mobilenet_v2`). */
function scaleV2(arch: Architecture, width: number): Architecture {
  const stem = { ...arch.stem, out: makeDivisible(arch.stem.out * width) };
  let before = arch.stem.out;
  let scaledBefore = stem.out;
  const rows = arch.rows.map((row): Row => {
    const out = makeDivisible(row.out * width);
    const expSize = row.kind === 'bneck' ? Math.round((scaledBefore * row.expSize) / before) : 0;
    before = row.out;
    scaledBefore = out;
    if (row.kind === 'separable') return { ...row, out };
    const se = row.se && {
      channels: row.se.channels === squeezeWidth(row.expSize) ? squeezeWidth(expSize) : row.se.channels
    };
    return { ...row, expSize, out, se };
  });
  const head = scaleHead(arch.head, (out) => makeDivisible(out * Math.max(1, width)));
  return { ...arch, stem, rows, head };
}

const scaleHead = (head: ClassifierHead, scaled: (out: number) => number): ClassifierHead => ({
  ...head,
  conv: head.conv && { ...head.conv, out: scaled(head.conv.out) },
  hidden: head.hidden && { ...head.hidden, out: scaled(head.hidden.out) }
});

/** V3 scales exp size, #out and the whole head; SE follows the scaled exp size (torchvision `mobilenet_v3`). */
function scaleV3(arch: Architecture, width: number): Architecture {
  const scaled = (out: number): number => makeDivisible(out * width);
  const rows = arch.rows.map((row): Row => {
    if (row.kind === 'separable') return { ...row, out: scaled(row.out) };
    const expSize = scaled(row.expSize);
    const follows = row.se?.channels === squeezeWidth(row.expSize);
    const se = row.se && { channels: follows ? squeezeWidth(expSize) : scaled(row.se.channels) };
    return { ...row, expSize, out: scaled(row.out), se };
  });
  const lastBefore = arch.rows.at(-1)?.out ?? arch.stem.out;
  const last = rows.at(-1)?.out ?? scaled(arch.stem.out);
  const { conv, hidden } = arch.head;
  // The last convolution is a fixed multiple (6) of the last bottleneck, as torchvision builds it.
  const ratio = conv && conv.out % lastBefore === 0 ? conv.out / lastBefore : null;
  const head = {
    ...arch.head,
    conv: conv && { ...conv, out: ratio === null ? scaled(conv.out) : ratio * last },
    hidden: hidden && { ...hidden, out: scaled(hidden.out) }
  };
  return { ...arch, stem: { ...arch.stem, out: scaled(arch.stem.out) }, rows, head };
}

/** Scales every width by the multiplier under the table's own rule; 1 returns the table itself. */
export function scaleWidth(arch: Architecture, width: number): Architecture {
  if (width === 1) return arch;
  const { scaling } = arch;
  if (scaling === 'v1') return scaleV1(arch, width);
  if (scaling === 'v2') return scaleV2(arch, width);
  if (scaling === 'v3') return scaleV3(arch, width);
  return unreachable(scaling);
}

/** The same table reading another picture. */
export function withInput(arch: Architecture, input: Shape): Architecture {
  return { ...arch, input };
}

/** The same table with another number of classes. */
export function withClasses(arch: Architecture, classes: number): Architecture {
  return { ...arch, classes };
}

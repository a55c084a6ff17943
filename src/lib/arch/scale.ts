/** @file Step 1, spec: the width multiplier under each convention, and the input and classes, as new tables. */
import { unreachable } from '$lib/base/assert';
import type { Architecture, Head, Row, Shape } from './architecture';
import { makeDivisible } from './divisible';
import { mapHeadLayers } from './head-layers';
import { widthAfter } from './rules';
import { followSqueeze } from './squeeze-excite';

/**
 * Whose code scales V2 and V3: `torchvision` scales exp size and head; `keras` (as tensorflow/models slim) derives the
 * expansion from the scaled input and never narrows the head. V1 truncates under both.
 */
export type WidthRule = 'torchvision' | 'keras';

type Scaled = (width: number) => number;

/** A row of another kind than bneck with its width scaled. */
function scalePlain(row: Exclude<Row, { kind: 'bneck' }>, scaled: Scaled): Row {
  if (row.kind === 'squeezeExcite') return { ...row, se: { ...row.se, channels: scaled(row.se.channels) } };
  return row.kind === 'depthwise' ? row : { ...row, out: scaled(row.out) };
}

/** MobileNetV1 truncates: `int(c * width)` (arXiv 1704.04861 §3.3 and its code). */
function scaleV1(arch: Architecture, width: number): Architecture {
  const scaled: Scaled = (out) => Math.max(1, Math.trunc(out * width));
  const rows = arch.rows.map((row): Row => {
    if (row.kind !== 'bneck') return scalePlain(row, scaled);
    const [expSize, out] = [scaled(row.expSize), scaled(row.out)];
    return { ...row, expSize, out, se: followSqueeze(row.se, row, { expSize, out, other: scaled }) };
  });
  return { ...arch, stem: arch.stem && { ...arch.stem, out: scaled(arch.stem.out) }, rows };
}

/** How a row's widths follow: its #out, its expansion, and a squeeze-and-excite that is this quarter of the expansion. */
interface Rounding {
  readonly out: Scaled;
  readonly expSize: Scaled;
  readonly ratio?: (expSize: number, before: number) => number;
  readonly quarter?: Scaled;
}

/** Rows whose expansion keeps its ratio to the (scaled) width the row reads. */
function scaleByRatio(arch: Architecture, stemOut: number, rounded: Rounding): Row[] {
  const { ratio = (expSize, from) => expSize / from, quarter: ofExp } = rounded;
  let before = arch.stem?.out ?? arch.input[2];
  let scaledBefore = stemOut;
  return arch.rows.map((row): Row => {
    let next: Row;
    if (row.kind === 'bneck') {
      const expSize = rounded.expSize(scaledBefore * ratio(row.expSize, before));
      // MnasNet squeezes to a quarter of what the block reads.
      const ofInput = row.se?.channels === Math.round(before / 4);
      const quarter = Math.round(scaledBefore / 4);
      const out = rounded.out(row.out);
      const se =
        ofExp && row.se?.channels === ofExp(row.expSize)
          ? { ...row.se, channels: ofExp(expSize) }
          : followSqueeze(row.se, row, { expSize, out, other: ofInput ? () => quarter : rounded.out });
      next = { ...row, expSize, out, se };
    } else next = scalePlain(row, rounded.out);
    before = widthAfter(row, before);
    scaledBefore = widthAfter(next, scaledBefore);
    return next;
  });
}

/** Extra maps of SSDLite: `max(16, int(d * width))`, squeezed to half (torchvision `ssdlite320`). */
function scaleExtras(head: Head, width: number): Head {
  if (head.kind !== 'ssdlite') return head;
  const extras = head.extras.map((extra) => {
    const out = Math.max(16, Math.trunc(extra.out * width));
    return { out, mid: Math.max(1, Math.floor((out * extra.mid) / extra.out)) };
  });
  return { ...head, extras };
}

/** V2 keeps each row's expansion ratio and never narrows its last convolution (torchvision `mobilenet_v2`; Keras alike). */
function scaleV2(arch: Architecture, width: number): Architecture {
  const scaled: Scaled = (out) => makeDivisible(out * width);
  const stem = arch.stem && { ...arch.stem, out: scaled(arch.stem.out) };
  const rows = scaleByRatio(arch, stem?.out ?? arch.input[2], { out: scaled, expSize: Math.round });
  const head = mapHeadLayers(arch.head, (layer) => ({ ...layer, out: makeDivisible(layer.out * Math.max(1, width)) }));
  return { ...arch, stem, rows, head: scaleExtras(head, width) };
}

const lastWidth = (stemOut: number, rows: readonly Row[]): number =>
  rows.reduce((width, row) => widthAfter(row, width), stemOut);

/** The V3 head: the last convolution is a fixed multiple (6) of the last bottleneck, the hidden layer has its own rule. */
function scaleV3Head(arch: Architecture, scaled: Architecture, width: { conv: Scaled; hidden: Scaled }): Head {
  const before = lastWidth(arch.stem?.out ?? arch.input[2], arch.rows);
  const after = lastWidth(scaled.stem?.out ?? scaled.input[2], scaled.rows);
  return mapHeadLayers(arch.head, (layer, name) => {
    if (name === 'hidden') return { ...layer, out: width.hidden(layer.out) };
    return { ...layer, out: layer.out % before === 0 ? (layer.out / before) * after : width.conv(layer.out) };
  });
}

/** V3 scales exp size, #out and the whole head; SE follows the scaled exp size (torchvision `mobilenet_v3`). */
function scaleV3Torchvision(arch: Architecture, width: number): Architecture {
  const scaled: Scaled = (out) => makeDivisible(out * width);
  const rows = arch.rows.map((row): Row => {
    if (row.kind !== 'bneck') return scalePlain(row, scaled);
    const [expSize, out] = [scaled(row.expSize), scaled(row.out)];
    return { ...row, expSize, out, se: followSqueeze(row.se, row, { expSize, out, other: scaled }) };
  });
  const next = { ...arch, stem: arch.stem && { ...arch.stem, out: scaled(arch.stem.out) }, rows };
  return { ...next, head: scaleExtras(scaleV3Head(arch, next, { conv: scaled, hidden: scaled }), width) };
}

/** V3 as Keras builds it: stem as it is, expansion from the scaled input, hidden layer only ever widened. */
function scaleV3Keras(arch: Architecture, width: number): Architecture {
  const scaled: Scaled = (out) => makeDivisible(out * width);
  const expSize: Scaled = (wide) => makeDivisible(wide);
  const next = { ...arch, rows: scaleByRatio(arch, arch.stem?.out ?? arch.input[2], { out: scaled, expSize }) };
  const hidden: Scaled = (out) => (width > 1 ? scaled(out) : out);
  return { ...next, head: scaleExtras(scaleV3Head(arch, next, { conv: scaled, hidden }), width) };
}

/** The ratio with one decimal that rounds to this expansion, if there is one: what an article's table prints. */
function printedRatio(expSize: number, before: number): number {
  const decimal = Math.round((expSize / before) * 10) / 10;
  return Math.round(before * decimal) === expSize ? decimal : expSize / before;
}

/** Article 004: #out and the whole head made divisible, the expansion `round(in * ratio)`, SE a quarter of it, cut. */
function scaleRatio(arch: Architecture, width: number): Architecture {
  const scaled: Scaled = (out) => makeDivisible(out * width);
  const stem = arch.stem && { ...arch.stem, out: scaled(arch.stem.out) };
  const rounding = { out: scaled, expSize: Math.round, ratio: printedRatio, quarter: (wide: number) => wide >> 2 };
  const rows = scaleByRatio(arch, stem?.out ?? arch.input[2], rounding);
  return { ...arch, stem, rows, head: mapHeadLayers(arch.head, (layer) => ({ ...layer, out: scaled(layer.out) })) };
}

/** Scales every width by the multiplier under the table's own rule and a convention; 1 returns the table itself. */
export function scaleWidth(arch: Architecture, width: number, rule: WidthRule = 'torchvision'): Architecture {
  if (width === 1) return arch;
  const { scaling } = arch;
  if (scaling === 'v1') return scaleV1(arch, width);
  if (scaling === 'v2') return scaleV2(arch, width);
  if (scaling === 'v3') return rule === 'keras' ? scaleV3Keras(arch, width) : scaleV3Torchvision(arch, width);
  if (scaling === 'ratio') return scaleRatio(arch, width);
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

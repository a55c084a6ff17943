/** @file Diagram: path texts of the drawing's marks. */
import type { NL } from '$lib/arch/architecture';
import type { Route } from './layout';

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** A body standing on the ground: `from` high at the left, `to` high at the right. */
export interface Body {
  readonly x: number;
  readonly width: number;
  readonly ground: number;
  readonly from: number;
  readonly to: number;
}

/** The outline of a body. */
export function outline({ x, width, ground, from, to }: Body): string {
  const right = x + width;
  return `M${n(x)} ${n(ground)}L${n(x)} ${n(ground - from)}L${n(right)} ${n(ground - to)}L${n(right)} ${n(ground)}Z`;
}

/** Depthwise: upright stripes, one slice per channel. */
export function stripes({ x, width, ground, from, to }: Body): string {
  const slices = Math.max(1, Math.round(width / 4));
  return Array.from({ length: slices - 1 }, (_, i) => {
    const share = (i + 1) / slices;
    return `M${n(x + width * share)} ${n(ground)}V${n(ground - from - (to - from) * share)}`;
  }).join('');
}

/** Dense: a mesh, everything mixes. */
export function mesh({ x, width, ground, from, to }: Body): string {
  const rows = Math.max(2, Math.round(Math.min(from, to) / Math.max(11, 17 - width / 3)));
  const right = x + width;
  return Array.from({ length: rows }, (_, i) => {
    const [low, high] = [i / rows, (i + 1) / rows];
    const down = `M${n(x)} ${n(ground - from * high)}L${n(right)} ${n(ground - to * low)}`;
    return `M${n(x)} ${n(ground - from * low)}L${n(right)} ${n(ground - to * high)}${down}`;
  }).join('');
}

/** The mark of weighing: narrow in the middle, as squeeze-and-excite is; as tall as it is wide. */
export function gatePath(x: number, y: number, half: number): string {
  const [left, right, top, bottom] = [x - half, x + half, y - half, y + half];
  return `M${left} ${top}L${x} ${y - half / 3}L${right} ${top}V${bottom}L${x} ${y + half / 3}L${left} ${bottom}Z`;
}

/** An arc that rises from one plate and comes down on the plus of another. */
export function arcPath(from: number, to: number, y: number, rise: number): string {
  return `M${n(from)} ${n(y)}C${n(from)} ${n(y - rise)} ${n(to)} ${n(y - rise)} ${n(to)} ${n(y - 4)}`;
}

/** The way of a map that a later column reads: up, along with rounded corners, and down. */
export function routePath({ from, to, riseTop, toTop, y }: Route): string {
  if (to === null) return `M${n(from)} ${n((riseTop ?? y) - 5)}V${n(y)}`;
  const r = Math.max(0, Math.min(6, (to - from) / 2));
  const rise =
    riseTop === null ? `M${n(from)} ${n(y)}` : `M${n(from)} ${n(riseTop - 5)}V${n(y + r)}q0 ${n(-r)} ${n(r)} ${n(-r)}`;
  return `${rise}H${n(to - r)}q${n(r)} 0 ${n(r)} ${n(r)}V${n(toTop - 9)}`;
}

/** Each non-linearity as a tiny plot of itself, relative to its middle. */
export const nlPlots: Readonly<Record<NL, string>> = {
  linear: 'm-6 5l12 -10',
  relu: 'm-7 4h7l6.5 -9',
  relu6: 'm-7 4h5l5 -8h4',
  hardSwish: 'm-7 3h3c2.6 0 2.6 2 4.6 2 3 0 4.4 -5.5 6.4 -10',
  swish: 'm-7 3c3 .6 4.6 2.2 7 2.2 3 0 4.8 -5.7 6.6 -10.2',
  shiftedSwish: 'm-7 3.4c3.6 .3 5.8 .3 8 -.6 2.6 -1 4 -4.6 5.6 -8.2'
};

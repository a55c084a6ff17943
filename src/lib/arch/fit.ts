/** @file Step 1, spec: fits a table to the pictures it will be trained on, and says how. */
import { m } from '$paraglide/messages';
import type { Architecture, Row, Shape } from './architecture';
import { withClasses, withInput } from './scale';

/** What fitting changed: one entry per change, for printing in words. */
export type FitChange =
  | { readonly kind: 'input'; readonly from: Shape; readonly to: Shape }
  | { readonly kind: 'classes'; readonly from: number; readonly to: number }
  | { readonly kind: 'stride'; readonly place: string }
  | { readonly kind: 'momentum'; readonly from: number; readonly to: number };

export interface Fit {
  readonly arch: Architecture;
  readonly changes: readonly FitChange[];
}

/** Smallest last map that still has neighbours to compare: at stride 32 a 28 px picture would end in one pixel. */
export const smallestLastMap = 4;

/** Running statistics must settle within one short epoch: 0.9 forgets in about 20 steps. */
const shortRunMomentum = 0.9;

const strideOf = (row: Row): number => (row.kind === 'squeezeExcite' ? 1 : row.stride);

const unstride = (arch: Architecture, index: number): Architecture => ({
  ...arch,
  rows: arch.rows.map((row, r) => (r === index && row.kind !== 'squeezeExcite' ? { ...row, stride: 1 } : row))
});

const lastSide = (side: number, strides: readonly number[]): number =>
  strides.reduce((size, stride) => Math.ceil(size / stride), side);

/**
 * Takes the pictures' shape and classes, and sets strides to 1 from the front until the last map is at least 4x4
 * (or as large as the picture allows).
 */
export function fitTo(arch: Architecture, input: Shape, classes: number): Fit {
  const changes: FitChange[] = [];
  if (arch.input.some((size, i) => size !== input[i])) changes.push({ kind: 'input', from: arch.input, to: input });
  if (arch.classes !== classes) changes.push({ kind: 'classes', from: arch.classes, to: classes });
  let fitted = withClasses(withInput(arch, input), classes);
  const side = Math.min(input[0], input[1]);
  const strides: number[] = [arch.stem?.stride ?? 1, ...arch.rows.map(strideOf)];
  for (let i = 0; i < strides.length && lastSide(side, strides) < Math.min(smallestLastMap, side); i++) {
    if (strides[i] === 1) continue;
    strides[i] = 1;
    changes.push({ kind: 'stride', place: i ? m.arch_fit_row({ row: i }) : m.arch_fit_stem() });
    fitted = i === 0 ? { ...fitted, stem: fitted.stem && { ...fitted.stem, stride: 1 } } : unstride(fitted, i - 1);
  }
  const momentum = arch.norm?.momentum ?? 0;
  if (fitted.norm && momentum > shortRunMomentum) {
    changes.push({ kind: 'momentum', from: momentum, to: shortRunMomentum });
    fitted = { ...fitted, norm: { ...fitted.norm, momentum: shortRunMomentum } };
  }
  const { head } = fitted;
  // A detector's own norms count as one with those of its rows.
  if (head.kind === 'ssdlite' && head.norm && head.norm.momentum > shortRunMomentum)
    fitted = { ...fitted, head: { ...head, norm: { ...head.norm, momentum: shortRunMomentum } } };
  return { arch: fitted, changes };
}

const size = (shape: Shape): string => shape.join('×');

/** One line per change, for the command line and the run log. */
export function describeFit(changes: readonly FitChange[]): readonly string[] {
  return changes.map((change) => {
    if (change.kind === 'input') return m.arch_fit_input({ from: size(change.from), to: size(change.to) });
    if (change.kind === 'classes') return m.arch_fit_classes({ from: change.from, to: change.to });
    if (change.kind === 'stride') return m.arch_fit_stride({ place: change.place, side: smallestLastMap });
    return m.arch_fit_momentum({ from: change.from, to: change.to });
  });
}

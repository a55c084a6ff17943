/** @file Diagram: what 8 bits did to the columns: their signal to noise, and in which class of heat it falls. */
import type { Column } from './columns';
import { heatClass } from './metric';

/** An op with the signal-to-noise ratio of its answer in dB; null where 8 bits changed nothing. */
export interface OpNoise {
  readonly id: string;
  readonly snrDb: number | null;
}

/** A column by its noisiest op, with all of them in order. */
export interface ColumnNoise {
  readonly snrDb: number | null;
  readonly parts: readonly OpNoise[];
}

/** From here on no heat is seen, and from there on there is no more: six classes of 5 dB. */
export const quietDb = 45;
export const loudDb = 15;

/** How hot the loudest is, the end of the scale. */
export const mostNoise = quietDb - loudDb;

/** The noise of a ratio as the scale has it: 0 where it is quiet or there is none, `mostNoise` where it is loud. */
export function noiseHeat(snrDb: number | null): number {
  return snrDb === null ? 0 : Math.min(mostNoise, Math.max(0, quietDb - snrDb));
}

/** The class of heat of a ratio, 0 to 5: above 40 dB, then 5 dB each, below 20. */
export const noiseClass = (snrDb: number | null): number => heatClass(noiseHeat(snrDb), mostNoise);

/** The noise of each column; null where nothing of it was compared. */
export function columnNoises(columns: readonly Column[], noises: readonly OpNoise[]): readonly (ColumnNoise | null)[] {
  const byId = new Map(noises.map((noise) => [noise.id, noise]));
  return columns.map(({ parts }) => {
    const known = parts.flatMap(({ op }) => byId.get(op.id) ?? []);
    if (known.length === 0) return null;
    const ratios = known.flatMap(({ snrDb }) => (snrDb === null ? [] : [snrDb]));
    return { snrDb: ratios.length === 0 ? null : Math.min(...ratios), parts: known };
  });
}

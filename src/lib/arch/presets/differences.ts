/** @file Step 1, spec: what an article changed of the paper's table, computed. */
import { diffRows, type RowDifference } from '../diff';
import { presetById } from './catalogue';
import type { Preset } from './preset';

/** Every cell in which a preset differs from the paper's preset it claims to be; empty for the papers' own. */
export function differencesFromPaper(preset: Preset): RowDifference[] {
  const reference = preset.reference === null ? undefined : presetById(preset.reference);
  return reference ? diffRows(reference.arch, preset.arch) : [];
}

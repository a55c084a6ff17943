/** @file Step 1, spec: every preset, the papers' first. */
import { article000 } from './article-000';
import { article001 } from './article-001';
import { article002 } from './article-002';
import { article003 } from './article-003';
import { article004 } from './article-004';
import { papers } from './papers';
import type { Preset } from './preset';

export type { Preset, Published } from './preset';

export const presets: readonly Preset[] = [
  ...papers,
  ...article001,
  ...article002,
  ...article003,
  ...article004,
  ...article000
];

/** The preset of an id, or undefined. */
export function presetById(id: string): Preset | undefined {
  return presets.find((preset) => preset.id === id);
}

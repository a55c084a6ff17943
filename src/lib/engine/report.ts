/** @file Step 4, network: how a trained network does on a split in full, picture by picture. */
import type { Dataset, SplitName } from '$lib/data/dataset';
import type { EvaluateOptions } from './answers';
import { reportOnClasses, type ClassesReport } from './class-report';
import type { Network } from './engine';
import { reportOnScenes, type SceneReport } from './scene-report';

export type Report = ClassesReport | SceneReport;

/** Reads a whole split through a network; throws on an empty split. */
export function reportOn(
  network: Network,
  split: SplitName,
  dataset: Dataset,
  options: EvaluateOptions
): Promise<Report> {
  if (dataset.kind === 'classes') return reportOnClasses(network, split, dataset, options);
  return reportOnScenes(network, split, dataset, options);
}

/** The figure a report sums a network up with, 0..1. */
export const valueOf = (report: Report): number => (report.kind === 'classes' ? report.accuracy : report.value);

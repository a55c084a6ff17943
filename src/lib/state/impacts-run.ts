/** @file State: what asking for the layers that hurt shows, folded from its worker's events. */
import { rankImpacts, type LayerImpact, type RankedImpact } from '$lib/export/quantize/layer-impact';
import type { ExportRequest, Int8Facts } from '$workers/export/protocol';
import type { ImpactsEvent, ImpactsRequest, ImpactsResult } from '$workers/impacts/protocol';

/** The layers asked so far. */
export interface ImpactsView {
  /** Of the export that is asked about, by which it is known. */
  readonly ranges: Int8Facts['ranges'];
  readonly stage: 'correcting' | 'asking';
  readonly impacts: readonly LayerImpact[];
  /** The same, the worst first. */
  readonly ranked: readonly RankedImpact[];
  readonly done: number;
  readonly total: number;
}

/** What asks about an export; null where it was not in 8 bits throughout. */
export function impactsRequest({ choice, ...request }: ExportRequest, { ranges }: Int8Facts): ImpactsRequest | null {
  if (choice.format !== 'tflite' || typeof choice.weights === 'string') return null;
  const { arch, tensors, data } = request;
  return { arch, tensors, data, choice: choice.weights, ranges };
}

export function beginImpacts({ ranges, choice }: ImpactsRequest): ImpactsView {
  const stage = choice.correctBias ? 'correcting' : 'asking';
  return { ranges, stage, impacts: [], ranked: [], done: 0, total: 0 };
}

/** Folds one event in. */
export function foldImpacts(view: ImpactsView, event: ImpactsEvent): ImpactsView {
  const { done, total } = event;
  if (event.kind === 'correcting') return { ...view, stage: event.kind, done, total };
  const impacts = [...view.impacts, event.impact];
  return { ...view, stage: 'asking', impacts, ranked: rankImpacts(impacts), done, total };
}

/** The view once the worker ended. */
export function closeImpacts(view: ImpactsView, result: ImpactsResult | null): ImpactsView {
  return result ? { ...view, impacts: result, ranked: rankImpacts(result) } : view;
}

/** The worst so many and those chosen already, each once. */
export function withWorst(
  chosen: readonly string[],
  ranked: readonly RankedImpact[],
  count: number
): readonly string[] {
  return [...new Set([...chosen, ...ranked.slice(0, count).map(({ id }) => id)])];
}

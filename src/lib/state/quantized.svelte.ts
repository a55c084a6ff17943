/** @file State: what 8 bits did at an export: on the diagram, and which layers hurt. */
import type { Architecture } from '$lib/arch/architecture';
import { fitTo } from '$lib/arch/fit';
import type { ExportRequest, ExportResult, Int8Facts } from '$workers/export/protocol';
import type { ImpactsEvent, ImpactsRequest, ImpactsResult } from '$workers/impacts/protocol';
import type { RunEnd } from '$workers/run';
import { beginImpacts, closeImpacts, foldImpacts, impactsRequest, type ImpactsView } from './impacts-run';
import { Run } from './run.svelte';
import { sameNetwork, type ExportNoise } from './workbench.svelte';

/** An open network whose diagram can show noise. */
export interface NoisyNetwork {
  setNoise(noise: ExportNoise): void;
  showNoise(): void;
  /** What 8 bits did to each column; null unless the open table is the one exported. */
  readonly noises: readonly unknown[] | null;
}

/** Facts of an export with what else is asked about them. */
export class QuantizedState {
  /** Which layers of the last 8-bit export hurt most. */
  readonly impacts = new Run<ImpactsRequest, ImpactsEvent, ImpactsResult, ImpactsView>(
    {
      client: async () => (await import('$workers/clients')).startImpacts,
      begin: beginImpacts,
      fold: foldImpacts,
      close: closeImpacts
    },
    { event: () => undefined, end: () => undefined }
  );

  /** What the last export was asked for, and what became of it. */
  #last = $state.raw<{ readonly request: ExportRequest; readonly result: ExportResult & { kind: 'ok' } } | null>(null);

  constructor(private readonly network: () => NoisyNetwork) {}

  /** Takes the end of an export. */
  take(request: ExportRequest | null, end: RunEnd<ExportResult>): void {
    const result = end.kind === 'failed' ? null : end.result;
    this.#last = request && result?.kind === 'ok' ? { request, result } : null;
  }

  /** What asks for the layers of an export that hurt; null where it is not the last one, or another visit made it. */
  requestFor(facts: Int8Facts): ImpactsRequest | null {
    const last = this.#last;
    if (!last || last.result.int8 !== facts) return null;
    const { request, result } = last;
    return impactsRequest({ ...request, tensors: result.tuned ?? request.tensors }, facts);
  }

  /** Hands the diagram what an export did, for the table it was made of, fitted to its pictures or not. */
  setNoise({ arch, layers }: Int8Facts): void {
    const isOf = (open: Architecture): boolean =>
      sameNetwork(open, arch) || sameNetwork(fitTo(open, arch.input, arch.classes).arch, arch);
    this.network().setNoise({ noises: layers, isOf });
  }

  /** Colours the diagram by what 8 bits did. */
  showNoise(): void {
    this.network().showNoise();
  }

  /** Whether the diagram shows the table that was exported. */
  get showsNoise(): boolean {
    return this.network().noises !== null;
  }
}

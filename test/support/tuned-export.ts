/** @file Test support: networks exported in 8 bits by the real runner, trained on with rounded values before. */
import type { Architecture } from '../../src/lib/arch/architecture';
import type { ClassSet } from '../../src/lib/data/dataset';
import { usualInt8, type Int8Choice } from '../../src/lib/export/choice';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import type { ExportEvent, ExportResult } from '$workers/export/protocol';
import { createExportRunner } from '$workers/export/runner';
import type { Platform } from '$workers/platform';
import type { RunEnd } from '$workers/run';
import { doors, platformOf } from './band-training';
import { liteRtHere } from './runtimes';

const unused = (): Promise<never> => Promise.reject(new Error('not part of this test'));

/** This machine with LiteRT. */
export const platformWithLiteRt = (changes: Partial<Platform> = {}): Platform =>
  platformOf(doors, { runtimes: { onnx: unused, litert: liteRtHere, tfjs: unused }, ...changes });

/** What is exported and how; `pictures` prove the file. */
export interface TunedExport {
  readonly arch: Architecture;
  readonly tensors: Tensors | null;
  readonly dataset: ClassSet | null;
  readonly choice?: Partial<Int8Choice>;
  readonly pictures?: number;
  readonly platform?: Platform;
  /** Whether to stop after an event. */
  readonly stopAt?: (event: ExportEvent) => boolean;
}

/** Exports it; answers with its end and all events. */
export async function exportTuned({ arch, tensors, dataset, choice, pictures = 0, platform, stopAt }: TunedExport) {
  const runner = createExportRunner(platform ?? platformWithLiteRt());
  const events: ExportEvent[] = [];
  const weights = { ...usualInt8, fineTune: { epochs: 1 }, ...choice };
  const data = dataset && ({ kind: 'own', dataset } as const);
  const request = { arch, tensors, data, pictures, zip: false, choice: { format: 'tflite', weights } } as const;
  const end = await runner.run(request, (event) => {
    events.push(event);
    if (stopAt?.(event)) runner.stop();
    return Promise.resolve();
  });
  return { end, events };
}

/** The export that was written; throws what went wrong. */
export function writtenIn(end: RunEnd<ExportResult>): ExportResult & { kind: 'ok' } {
  if (end.kind === 'failed') throw new Error(end.reason);
  if (end.result?.kind !== 'ok') throw new Error('test: nothing was written');
  return end.result;
}

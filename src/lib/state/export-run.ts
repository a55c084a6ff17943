/** @file State: what an export shows, folded from its worker's events. */
import type { Issue } from '$lib/arch/architecture';
import type { ExportChoice } from '$lib/export/choice';
import type { Proof } from '$lib/export/proof';
import type { ExportedFile } from '$lib/export/write';
import type { ExportEvent, ExportRequest, ExportResult, ExportStage, Int8Facts } from '$workers/export/protocol';

/** An export as shown. */
export interface ExportView {
  /** The network's name. */
  readonly name: string;
  readonly choice: ExportChoice;
  readonly stage: ExportStage;
  readonly done: number;
  readonly total: number;
  /** 0..1 of all there is to do. */
  readonly share: number;
  readonly files: readonly ExportedFile[];
  readonly writtenMs: number | null;
  readonly notes: readonly string[];
  readonly proof: Proof | null;
  /** Why the runtime could not run the file; null where it could, or was not asked. */
  readonly refused: string | null;
  /** Why it could not be asked; null where it was, or need not be. */
  readonly unproved: string | null;
  /** Why the format cannot say the table. */
  readonly issues: readonly Issue[];
  readonly int8: Int8Facts | null;
}

/** An export that wrote files, as it is kept. */
export interface KeptExport {
  readonly format: 1;
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly view: ExportView;
}

/** Exports that are kept, and the bytes of their files together; the newest is kept whatever its size. */
export const mostExports = 12;
export const mostExportBytes = 100e6;

/** Bytes of a file's text or bytes. */
export const bytesOf = ({ content }: ExportedFile): number =>
  typeof content === 'string' ? new TextEncoder().encode(content).length : content.length;

/** Bytes of all files of an export. */
export const sizeOf = ({ files }: ExportView): number => files.reduce((sum, file) => sum + bytesOf(file), 0);

/** Where each stage begins on the bar. */
const begins: Readonly<Record<ExportStage, number>> = {
  writing: 0,
  calibrating: 0,
  tuning: 0.1,
  correcting: 0.2,
  comparing: 0.3,
  answering: 0.35,
  loading: 0.6,
  proving: 0.65
};
const ends: Readonly<Record<ExportStage, number>> = {
  writing: 0.1,
  calibrating: 0.2,
  tuning: 0.2,
  correcting: 0.3,
  comparing: 0.35,
  answering: 0.6,
  loading: 0.65,
  proving: 1
};

/** The view of an export that was just asked for. */
export function beginExport({ arch, choice }: ExportRequest): ExportView {
  const silent = { proof: null, refused: null, unproved: null, issues: [], int8: null };
  const nothing = { files: [], writtenMs: null, notes: [], ...silent };
  return { name: arch.name, choice, stage: 'writing', done: 0, total: 0, share: 0, ...nothing };
}

/** Folds one event in. */
export function foldExport(view: ExportView, event: ExportEvent): ExportView {
  switch (event.kind) {
    case 'stage':
      return { ...view, stage: event.stage, done: 0, total: 0, share: begins[event.stage] };
    case 'progress': {
      const { done, total } = event;
      const [from, to] = [begins[view.stage], ends[view.stage]];
      return { ...view, done, total, share: from + ((to - from) * done) / Math.max(1, total) };
    }
    case 'written':
      return { ...view, files: event.files, writtenMs: event.ms };
  }
}

/** The view once the worker ended. */
export function closeExport(view: ExportView, result: ExportResult | null): ExportView {
  if (!result) return view;
  if (result.kind === 'bad') return { ...view, share: 1, issues: result.issues };
  const { files, writtenMs, notes, proof, refused, unproved, int8 } = result;
  return { ...view, share: 1, files, writtenMs, notes, proof, refused, unproved, int8 };
}

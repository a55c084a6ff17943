/** @file State: what the user sets before an export, and the request it comes to. */
import type { Architecture } from '$lib/arch/architecture';
import { usualInt8, usualOnnx, type ExportChoice, type Format } from '$lib/export/choice';
import type { OpTimes } from '$lib/export/model-explorer';
import type { Opset } from '$lib/export/onnx/onnx';
import { USUAL_PERCENT } from '$lib/export/quantize/observe';
import type { LiteIo } from '$lib/export/tflite/tflite';
import type { LiteWeights } from '$lib/export/tflite/weights';
import { lower } from '$lib/ops/lower';
import type { Checkpoint, Provenance, Tensors } from '$lib/weights/checkpoint';
import type { DataChoice } from '$workers/choice';
import type { ExportRequest } from '$workers/export/protocol';
import { sameNetwork } from './workbench.svelte';

/** Networks that can be exported: the one in the editor, and what trainings, searches and prunings left. */
export const exportNetworks = ['open', 'trained', 'found', 'pruned'] as const;
export type ExportNetwork = (typeof exportNetworks)[number];

export interface ExportForm {
  /** 'usual' until a person picks one. */
  network: ExportNetwork | 'usual';
  format: Format;
  opset: Opset;
  foldNorms: boolean;
  weights: LiteWeights | 'int8';
  io: LiteIo;
  ranges: 'minMax' | 'percentile';
  correctBias: boolean;
  /** Epochs of training on with rounded values; 0: none. */
  fineTune: number;
  /** Ids of layers that stay in floats. */
  floats: readonly string[];
  /** Pictures that 8-bit ranges are told from. */
  calibration: number;
  /** Pictures a file is proved on. */
  pictures: number;
}

/** The form of a first visit. */
export const firstExportForm: ExportForm = {
  network: 'usual',
  format: 'onnx',
  opset: 14,
  foldNorms: true,
  weights: 'float32',
  io: 'float32',
  ranges: 'minMax',
  correctBias: false,
  fineTune: 0,
  floats: [],
  calibration: 100,
  pictures: 32
};

/** Whether a table is the open one, as it is or as it was fitted to the pictures. */
export type IsOpen = (arch: Architecture) => boolean;

/** Whether a table is one of these, whatever it is called. */
export const isOneOf =
  (...tables: readonly Architecture[]): IsOpen =>
  (arch) =>
    tables.some((table) => sameNetwork(table, arch));

/** A network with the numbers it has; null where nobody trained it. */
export interface Exportable {
  readonly arch: Architecture;
  readonly tensors: Tensors | null;
  /** Share of the validation pictures it is right about; null where unknown. */
  readonly accuracy: number | null;
  /** What trained it; absent where nothing did. */
  readonly from?: Provenance | null;
}

const withNumbers = ({ arch, tensors, from }: Checkpoint): Exportable => ({
  arch,
  tensors,
  from,
  accuracy: from.validationAccuracy
});

/** The open network with the weights that were opened with it, as long as the table is still theirs. */
export function openExportable(arch: Architecture, weights: Checkpoint | null): Exportable {
  const belongs = weights !== null && JSON.stringify(weights.arch) === JSON.stringify(arch);
  return belongs ? withNumbers(weights) : { arch, tensors: null, accuracy: null };
}

/** Trained networks by where they came from, those there are. */
export function exportables(
  open: Exportable,
  kept: Readonly<Record<Exclude<ExportNetwork, 'open'>, Checkpoint | null>>
): ReadonlyMap<ExportNetwork, Exportable> {
  const found = exportNetworks.flatMap((network): (readonly [ExportNetwork, Exportable])[] => {
    if (network === 'open') return [[network, open]];
    const checkpoint = kept[network];
    return checkpoint ? [[network, withNumbers(checkpoint)]] : [];
  });
  return new Map(found);
}

/**
 * Which network a person most likely means: the open table with trained numbers, where there are any of it. Those of a
 * file that was opened come first, unless the table has been trained since.
 */
export function usualNetwork(
  networks: ReadonlyMap<ExportNetwork, Exportable>,
  isOpen: IsOpen,
  trainedNow: boolean
): ExportNetwork {
  if (networks.get('open')?.tensors && !trainedNow) return 'open';
  const own = (['trained', 'pruned', 'found'] as const).find((network) => {
    const known = networks.get(network);
    return known && isOpen(known.arch);
  });
  return own ?? 'open';
}

/** The format with the options that belong to it. */
export function exportChoice(form: ExportForm, arch: Architecture, times: OpTimes | null = null): ExportChoice {
  const { format, opset, foldNorms, weights, io, correctBias, calibration: pictures } = form;
  // ONNX has no 8 bits throughout here: its weights are.
  if (format === 'onnx')
    return { ...usualOnnx, opset, foldNorms, weights: weights === 'int8' ? 'dynamicInt8' : weights };
  if (format === 'model-explorer') {
    // The panel starts nothing before there are times.
    if (!times) throw new Error('export model-explorer: times must be measured first');
    return { format, times };
  }
  if (format !== 'tflite') return { format };
  if (weights !== 'int8') return { format, weights };
  // Another network may have been opened since they were chosen.
  const ids = new Set(lower(arch).map(({ id }) => id));
  const floats = form.floats.filter((id) => ids.has(id));
  const ranges = form.ranges === 'minMax' ? { kind: form.ranges } : { kind: form.ranges, percent: USUAL_PERCENT };
  const fineTune = form.fineTune > 0 ? { epochs: form.fineTune } : null;
  return { format, weights: { ...usualInt8, io, ranges, correctBias, fineTune, pictures, floats } };
}

/** What a worker is asked for. */
export function exportRequest(
  form: ExportForm,
  { arch, tensors, from = null, times = null }: Exportable & { readonly times?: OpTimes | null },
  data: DataChoice | null
): ExportRequest {
  return { arch, tensors, from, choice: exportChoice(form, arch, times), data, pictures: form.pictures, zip: true };
}

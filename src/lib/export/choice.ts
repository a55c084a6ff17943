/** @file Step 8, export: what may be asked for: a format with its options. */
import type { OpTimes } from './model-explorer';
import type { Opset } from './onnx/onnx';
import type { OnnxWeights } from './onnx/assembly';
import type { RangeMethod } from './quantize/observe';
import type { LiteIo } from './tflite/tflite';
import type { LiteWeights } from './tflite/weights';

/** Every format, those that deploy first, then source code, then listings of the table. */
export const formats = [
  'onnx',
  'tflite',
  'tfjs',
  'tfjs-graph',
  'pytorch',
  'keras',
  'safetensors',
  'timm',
  'torchvision',
  'json',
  'csv',
  'svg',
  'model-explorer'
] as const;
export type Format = (typeof formats)[number];

/** 8 bits throughout: what goes in and out, how ranges are told, and what stays in floats. */
export interface Int8Choice {
  readonly io: LiteIo;
  readonly ranges: RangeMethod;
  /** Ids of the table's ops that stay in floats. */
  readonly floats: readonly string[];
  /** Whether biases make up for what 8-bit weights shift. */
  readonly correctBias: boolean;
  /** Training on with rounded values before; null: none. */
  readonly fineTune: { readonly epochs: number } | null;
  /** Pictures that ranges are told from. */
  readonly pictures: number;
}

export interface OnnxChoice {
  readonly format: 'onnx';
  readonly opset: Opset;
  readonly foldNorms: boolean;
  readonly batch: 'N' | number;
  readonly weights: OnnxWeights;
}

export interface TfliteChoice {
  readonly format: 'tflite';
  readonly weights: LiteWeights | Int8Choice;
}

/** Times of ops, to be laid over an exported file. */
export interface TimesChoice {
  readonly format: 'model-explorer';
  readonly times: OpTimes;
}

/** Formats without options. */
export type PlainFormat = Exclude<Format, 'onnx' | 'tflite' | 'model-explorer'>;

/** A format with its options; the others have none. */
export type ExportChoice = OnnxChoice | TfliteChoice | TimesChoice | { readonly format: PlainFormat };

/** What ONNX files are unless something else is asked for. */
export const usualOnnx: OnnxChoice = { format: 'onnx', opset: 14, foldNorms: true, batch: 'N', weights: 'float32' };

/** How 8 bits are made unless something else is asked for. */
export const usualInt8: Int8Choice = {
  io: 'float32',
  ranges: { kind: 'minMax' },
  floats: [],
  correctBias: false,
  fineTune: null,
  pictures: 100
};

/** Whether a format holds trained numbers; the others say the table alone. */
export function holdsWeights(format: Format): boolean {
  return !['timm', 'torchvision', 'json', 'csv', 'svg', 'model-explorer'].includes(format);
}

/** Who runs the files of a format as a proof; null where nothing here can. */
export function runtimeOf(format: Format): 'onnx' | 'litert' | 'tfjs' | null {
  if (format === 'onnx') return 'onnx';
  if (format === 'tflite') return 'litert';
  return format === 'tfjs' || format === 'tfjs-graph' ? 'tfjs' : null;
}

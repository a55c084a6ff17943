/** @file Step 8, export: how formats are checked whose files nothing here can run. */
import { m } from '$paraglide/messages';
import type { Format } from './choice';

type Unproved = Exclude<Format, 'onnx' | 'tflite' | 'tfjs' | 'tfjs-graph'>;

const words: Readonly<Record<Unproved, () => string>> = {
  pytorch: m.export_how_pytorch,
  keras: m.export_how_keras,
  safetensors: m.export_how_safetensors,
  timm: m.export_how_timm,
  torchvision: m.export_how_torchvision,
  json: m.export_how_table,
  csv: m.export_how_table,
  svg: m.export_how_table,
  'model-explorer': m.export_how_times
};

/** What stands in for a proof, in a sentence; empty for a format that is run. */
export function checkedHow(format: Format): string {
  return Object.hasOwn(words, format) ? words[format as Unproved]() : '';
}

/** @file State: formats of files, and what an export showed, in words. */
import { checkedHow } from '$lib/export/checked-how';
import { holdsWeights, runtimeOf, type ExportChoice, type Format } from '$lib/export/choice';
import { formatDifference, verdictOf } from '$lib/export/verdict';
import { m } from '$paraglide/messages';
import type { ExportView } from './export-run';

/** What a format is called, and who reads it and what is inside. */
interface FormatWords {
  readonly name: () => string;
  readonly about: () => string;
}

const words: Readonly<Record<Format, FormatWords>> = {
  onnx: { name: () => 'ONNX', about: m.export_about_onnx },
  tflite: { name: m.export_tflite, about: m.export_about_tflite },
  tfjs: { name: m.export_tfjs_layers, about: m.export_about_tfjs },
  'tfjs-graph': { name: m.export_tfjs_graph, about: m.export_about_tfjs_graph },
  pytorch: { name: m.export_pytorch, about: m.export_about_pytorch },
  keras: { name: m.export_keras, about: m.export_about_keras },
  safetensors: { name: m.export_safetensors, about: m.export_about_safetensors },
  timm: { name: m.export_timm, about: m.export_about_timm },
  torchvision: { name: m.export_torchvision, about: m.export_about_torchvision },
  json: { name: m.export_json, about: m.export_about_json },
  csv: { name: m.export_csv, about: m.export_about_csv },
  svg: { name: m.export_svg, about: m.export_about_svg },
  'model-explorer': { name: m.export_model_explorer, about: m.export_about_model_explorer }
};

/** What a format is called. */
export const formatName = (format: Format): string => words[format].name();

/** Who reads the files of a format, what is inside, and how they are proved, in a line. */
export const aboutFormat = (format: Format): string => words[format].about();

/** How the numbers of a choice are kept: 'float32', 'int8'; empty where none are. */
export function bitsOf(choice: ExportChoice): string {
  if (choice.format !== 'onnx' && choice.format !== 'tflite') return holdsWeights(choice.format) ? 'float32' : '';
  if (typeof choice.weights !== 'string') return m.export_bits_int8();
  return choice.weights === 'dynamicInt8' ? m.export_bits_dynamic() : choice.weights;
}

/** How an export went: right, wrong, or not known. */
export interface Verdict {
  readonly tone: 'good' | 'bad' | 'wait';
  /** In a sentence. */
  readonly text: string;
  /** In a few words, for a list. */
  readonly short: string;
}

/** What is said of a written file; `live` while its check goes on. */
export function verdictOn({ choice, proof, refused, unproved }: ExportView, live: boolean): Verdict {
  if (refused !== null)
    return { tone: 'bad', text: m.export_refused({ reason: refused }), short: m.export_short_refused() };
  if (proof) {
    const { maxDifference, snrDb, rule, passed } = proof;
    const far =
      rule.kind === 'noise' && snrDb !== null
        ? m.export_snr({ db: snrDb.toFixed(1) })
        : m.export_short_difference({ difference: formatDifference(maxDifference) });
    const short = passed ? m.export_short_checked({ far }) : m.export_short_failed({ far });
    return { tone: passed ? 'good' : 'bad', text: verdictOf(proof), short };
  }
  if (live) return { tone: 'wait', text: m.export_proving(), short: m.export_short_proving() };
  if (unproved !== null)
    return { tone: 'wait', text: m.export_unasked({ reason: unproved }), short: m.export_short_unproved() };
  if (runtimeOf(choice.format) === null)
    return { tone: 'wait', text: checkedHow(choice.format), short: m.export_short_no_runtime() };
  return { tone: 'wait', text: m.export_unproved(), short: m.export_short_unproved() };
}

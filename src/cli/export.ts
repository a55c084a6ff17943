/** @file Command line: `bneck export`: a network as the files of a format, proved in the runtime that reads them. */
import { basename, extname, join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { describeIssues } from '$lib/arch/parse';
import { formatBytes, formatDuration, formatMs } from '$lib/base/format';
import { toZip } from '$lib/export/archive';
import {
  formats,
  holdsWeights,
  runtimeOf,
  usualInt8,
  usualOnnx,
  type ExportChoice,
  type Format,
  type Int8Choice,
  type TimesChoice
} from '$lib/export/choice';
import { checkedHow } from '$lib/export/checked-how';
import { opsets, type Opset } from '$lib/export/onnx/onnx';
import type { LiteIo } from '$lib/export/tflite/tflite';
import type { ExportedFile } from '$lib/export/write';
import type { ExportResult } from '$workers/export/protocol';
import { createExportRunner } from '$workers/export/runner';
import { m } from '$paraglide/messages';
import { saveFile } from './checkpoint';
import { readData } from './data';
import { drive, endProgress, progress } from './drive';
import { InputError } from './input-error';
import { findImpacts, impactLines } from './layer-impacts';
import { openNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber, parseWord } from './parsers';
import { opTimes } from './op-times';
import { nodePlatform } from './platform-node';
import { json, line, remark, stamp } from './print';
import { int8Lines, proofLines } from './proof';

type Precision = 'float32' | 'float16' | 'dynamicInt8';

interface Options extends NetworkOptions {
  readonly format: Format;
  readonly opset?: Opset;
  readonly keepNorms?: boolean;
  readonly batch?: number;
  readonly precision?: Precision;
  readonly int8?: boolean;
  readonly calibrate?: string;
  readonly calibrationPictures?: number;
  readonly io?: LiteIo;
  readonly percentile?: number;
  readonly keepFloat?: readonly string[];
  readonly correctBias?: boolean;
  /** True: as many epochs as usual. */
  readonly fineTune?: number | true;
  readonly times?: string;
  readonly layers?: boolean;
  readonly verify?: boolean;
  readonly pictures: number;
  readonly data: string;
  readonly out?: string;
  readonly json?: boolean;
}

const formatWords = Object.fromEntries(formats.map((format) => [format, format])) as Record<Format, Format>;
const opsetWords = Object.fromEntries(opsets.map((opset) => [String(opset), opset])) as Record<string, Opset>;
const precisions: Readonly<Record<string, Precision>> = {
  float32: 'float32',
  float16: 'float16',
  'dynamic-int8': 'dynamicInt8'
};

const ios: Readonly<Record<LiteIo, LiteIo>> = { float32: 'float32', int8: 'int8', uint8: 'uint8' };

/** Epochs of fine-tuning where nobody says how many. */
const usualEpochs = 1;

/** How the network is made 8-bit. */
function int8Of(options: Options): Int8Choice {
  const { io, percentile, keepFloat, correctBias, calibrationPictures, fineTune: epochs } = options;
  const ranges = percentile === undefined ? usualInt8.ranges : ({ kind: 'percentile', percent: percentile } as const);
  const pictures = calibrationPictures ?? usualInt8.pictures;
  const fineTune = epochs === undefined ? null : { epochs: epochs === true ? usualEpochs : epochs };
  const plain = { io: io ?? usualInt8.io, ranges, pictures, floats: keepFloat ?? [] };
  return { ...plain, correctBias: correctBias ?? false, fineTune };
}

/** Reads a format; says where PNG is to be had. */
function parseFormat(text: string): Format {
  if (text === 'png') throw new InvalidArgumentError(m.cli_export_png());
  return parseWord('--format', formatWords)(text);
}

/** The format with its options, but for times; null where those are all there is. Throws InputError where an option belongs to another format. */
function choiceOf(options: Options): Exclude<ExportChoice, TimesChoice> | null {
  const { format, opset, keepNorms, batch, precision, int8, times } = options;
  const wrong = (option: string, others: string): InputError =>
    new InputError(m.cli_export_option({ option, format, formats: others }));
  if (times !== undefined && format !== 'model-explorer') throw wrong('--times', 'model-explorer');
  if (format !== 'onnx') {
    if (opset !== undefined) throw wrong('--opset', 'onnx');
    if (keepNorms) throw wrong('--keep-norms', 'onnx');
    if (batch !== undefined) throw wrong('--batch', 'onnx');
    if (precision !== undefined && format !== 'tflite') throw wrong('--precision', ['onnx', 'tflite'].join(', '));
  }
  if (int8 && format !== 'tflite') throw wrong('--int8', 'tflite');
  if (int8 && precision !== undefined) throw new InputError(m.cli_export_int8_precision());
  if (options.fineTune !== undefined && !int8) throw new InputError(m.quantize_cli_tune_int8());
  if (options.layers && !int8) throw new InputError(m.cli_export_layers_int8());
  if (int8) return { format: 'tflite', weights: int8Of(options) };
  const weights = precision ?? 'float32';
  if (format === 'tflite') return { format, weights };
  if (format === 'model-explorer') return null;
  if (format !== 'onnx') return { format };
  return {
    ...usualOnnx,
    weights,
    opset: opset ?? usualOnnx.opset,
    foldNorms: !keepNorms,
    batch: batch ?? usualOnnx.batch
  };
}

const bytesOf = ({ content }: ExportedFile): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

/** Where each file goes: a zip, a folder for several, or one file; throws InputError for several files in one. */
function save(files: readonly ExportedFile[], out: string | undefined): readonly string[] {
  const [first] = files;
  if (!first) return [];
  if (out !== undefined && extname(out).toLowerCase() === '.zip') {
    saveFile(out, toZip(files.map((file) => ({ name: file.name, bytes: bytesOf(file) }))));
    return [out];
  }
  const alone = files.length === 1;
  const named = out !== undefined && extname(out) !== '';
  if (named && !alone) throw new InputError(m.cli_export_several({ out, count: files.length }));
  return files.map((file) => {
    const path = named ? out : join(out ?? (alone ? '.' : basename(first.name, extname(first.name))), file.name);
    saveFile(path, file.content);
    return path;
  });
}

/** Prints what was written and what the proof showed. */
function print(result: ExportResult & { kind: 'ok' }, paths: readonly string[], say: (text: string) => void): void {
  const { files, notes, writtenMs, proof, refused, unproved, int8 } = result;
  const size = files.reduce((sum, file) => sum + bytesOf(file).length, 0);
  for (const path of paths) say(m.cli_wrote({ path }));
  say(
    int8
      ? m.cli_export_made({ size: formatBytes(size), duration: formatDuration(writtenMs) })
      : m.cli_export_written({ size: formatBytes(size), ms: formatMs(writtenMs) })
  );
  for (const note of notes) say(note);
  if (refused !== null) say(m.export_refused({ reason: refused }));
  if (unproved !== null) say(m.export_unasked({ reason: unproved }));
  if (proof) for (const text of proofLines(proof)) say(text);
  if (int8) for (const text of int8Lines(int8)) say(text);
}

/** Writes a network in a format. */
export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description(m.cli_export())
    .argument('<network>', m.cli_network())
    .requiredOption('--format <name>', m.cli_export_format({ formats: formats.join(', ') }), parseFormat);
  withNetworkOptions(command)
    .option('--opset <number>', m.cli_export_opset(), parseWord('--opset', opsetWords))
    .option('--keep-norms', m.cli_export_norms())
    .option('--batch <pictures>', m.cli_export_batch(), parseNumber('--batch', 1, 1024, true))
    .option('--precision <kind>', m.cli_export_precision(), parseWord('--precision', precisions))
    .option('--int8', m.cli_export_int8())
    .option('--calibrate <set>', m.cli_export_calibrate())
    .option(
      '--calibration-pictures <count>',
      m.cli_export_calibration(),
      parseNumber('--calibration-pictures', 1, 10_000, true)
    )
    .option('--io <type>', m.cli_export_io(), parseWord('--io', ios))
    .option('--percentile <percent>', m.cli_export_percentile(), parseNumber('--percentile', 90, 100))
    .option('--keep-float <ids>', m.cli_export_keep_float(), (text: string) => text.split(','))
    .option('--correct-bias', m.cli_export_correct_bias())
    .option('--fine-tune [epochs]', m.quantize_cli_tune(), parseNumber('--fine-tune', 1, 1000, true))
    .option('--layers', m.cli_export_layers())
    .option('--times <table>', m.cli_export_times())
    .option('--verify', m.cli_export_verify())
    .option('--pictures <count>', m.cli_export_pictures(), parseNumber('--pictures', 1, 1000, true), 32)
    .option('--data <set>', m.cli_export_data(), 'fashion-mnist')
    .option('--out <path>', m.cli_export_out())
    .option('--json', m.cli_json())
    .action(async (name: string, options: Options) => {
      const plain = choiceOf(options);
      const { arch, tensors, from } = openNetwork(name, options);
      const choice: ExportChoice = plain ?? { format: 'model-explorer', times: await opTimes(arch, options.times) };
      if (tensors && !holdsWeights(options.format)) remark(m.cli_export_table_alone({ format: options.format }));
      if (options.verify && runtimeOf(options.format) === null) {
        remark(checkedHow(options.format));
      }
      const pictures = options.verify ? options.pictures : 0;
      const data =
        pictures > 0 || options.int8 ? (await readData(options.calibrate ?? options.data, arch.input)).data : null;
      const request = { arch, tensors, from, choice, data, pictures, zip: false };
      let isTuning = false;
      const { result } = await drive(createExportRunner(nodePlatform), request, (event) => {
        if (event.kind === 'stage') isTuning = event.stage === 'tuning';
        if (event.kind !== 'progress') return;
        const { done, total } = event;
        progress(isTuning ? m.quantize_stage_tuning({ done, total }) : m.cli_export_progress({ done, total }));
      });
      endProgress();
      if (result.kind === 'bad') {
        throw new InputError(m.cli_export_unsaid({ format: options.format, reason: describeIssues(result.issues) }));
      }
      const paths = save(result.files, options.out);
      print(result, paths, options.json ? remark : line);
      const impacts =
        options.layers && result.int8
          ? await findImpacts({ ...request, tensors: result.tuned ?? tensors }, int8Of(options), result.int8)
          : null;
      if (impacts && result.int8) (options.json ? remark : line)(impactLines(impacts, result.int8));
      const failed = result.refused !== null || result.unproved !== null || result.proof?.passed === false;
      if (failed) process.exitCode = 1;
      if (!options.json) return;
      const { notes, writtenMs, proof, refused, unproved, int8 } = result;
      json({
        ...stamp(),
        name: arch.name,
        choice,
        files: paths,
        notes,
        writtenMs,
        proof,
        refused,
        unproved,
        int8,
        impacts
      });
    });
}

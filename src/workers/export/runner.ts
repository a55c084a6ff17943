/** @file Workers: writes a network in a format and runs the file in the runtime that others deploy it with. */
import { holdsWeights, runtimeOf, type ExportChoice, type Int8Choice } from '$lib/export/choice';
import type { ProofRule } from '$lib/export/proof';
import { fileStem } from '$lib/export/file-name';
import { writeFiles, type ExportedFile } from '$lib/export/write';
import { reasonOf } from '$lib/base/reason';
import type { Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import { proofPictures } from './pictures';
import { FileRefused, proveFile } from './prove-file';
import type { ExportEvent, ExportRequest, ExportResult } from './protocol';
import { tunedWords, tuningHint } from './tuned-words';
import { untrainedSeed, untrainedTensors } from './untrained';

type Report = (event: ExportEvent) => Promise<void>;

/** Largest difference that rounding explains, as a share of the largest number. */
const shares = { float32: 2e-5, float16: 1e-2 } as const;
/** 8-bit weights alone make noise some 20 dB below the answers; nearer than this something is wrong. */
const leastDb = 10;

function ruleOf(choice: ExportChoice): ProofRule {
  const weights = choice.format === 'onnx' || choice.format === 'tflite' ? choice.weights : 'float32';
  if (weights === 'float32' || weights === 'float16') return { kind: 'difference', share: shares[weights] };
  return { kind: 'noise', leastDb };
}

/** An ONNX file may be written for so many pictures at once. */
const batchOf = (choice: ExportChoice): { readonly batch?: number } =>
  choice.format === 'onnx' && choice.batch !== 'N' ? { batch: choice.batch } : {};

const int8Of = (choice: ExportChoice): Int8Choice | null =>
  choice.format === 'tflite' && typeof choice.weights !== 'string' ? choice.weights : null;

/** Several files as one archive. */
async function asOne(files: readonly ExportedFile[], name: string, { format }: ExportChoice) {
  if (files.length < 2) return files;
  const { toZip } = await import('$lib/export/archive');
  const encoder = new TextEncoder();
  const bytes = files.map(({ name: inside, content }) => ({
    name: inside,
    bytes: typeof content === 'string' ? encoder.encode(content) : content
  }));
  return [{ name: `${fileStem(name)}-${format}.zip`, content: toZip(bytes) }];
}

/** A runner that exports on this platform. */
export function createExportRunner(platform: Platform): Runner<ExportRequest, ExportEvent, ExportResult> {
  const gate = new RunGate();
  const { clock } = platform;

  /** Writes the files; null when it was stopped. */
  async function written({ arch, choice, data, from, tensors: own }: ExportRequest, tensors: Tensors, report: Report) {
    const int8 = int8Of(choice);
    if (!int8) {
      const files = await writeFiles({ arch, tensors, from: from ?? null }, choice);
      return { ...files, asked: null, facts: null, numbers: tensors };
    }
    const { writeInt8 } = await import('./int8');
    const made = await writeInt8(
      platform,
      { arch, data, tensors, trained: own !== null, choice: int8 },
      { gate, report }
    );
    if (!made) return null;
    const notes: string[] = [m.export_calibrated({ pictures: made.facts.calibratedOn })];
    if (int8.io !== 'float32') notes.push(m.export_asked_in_floats({ io: int8.io }));
    const { file, asked, facts, tensors: numbers } = made;
    if (facts.tuned) notes.push(...tunedWords(facts.tuned));
    return { kind: 'ok' as const, files: [file], notes, asked, facts, numbers };
  }

  async function run(request: ExportRequest, report: Report): Promise<RunEnd<ExportResult>> {
    const { arch, choice, data, pictures: wanted } = request;
    await report({ kind: 'stage', stage: 'writing' });
    const tensors = request.tensors ?? untrainedTensors(arch);
    const began = clock();
    const made = await written(request, tensors, report);
    const writtenMs = clock() - began;
    if (!made) return { kind: 'stopped', result: null };
    if (made.kind === 'bad') return { kind: 'done', result: made };
    const files = request.zip ? await asOne(made.files, arch.name, choice) : made.files;
    await report({ kind: 'written', files, ms: writtenMs });
    const drawn = request.tensors === null && holdsWeights(choice.format);
    const notes = [...(drawn ? [m.export_untrained({ seed: untrainedSeed })] : []), ...made.notes];
    const unasked = { proof: null, refused: null, unproved: null };
    const tuned = made.facts?.tuned ? made.numbers : null;
    const facts = { choice, files, writtenMs, ...unasked, int8: made.facts, tuned };
    const result = { kind: 'ok', ...facts, notes } as const;
    const reader = runtimeOf(choice.format);
    const [alone] = reader === 'tfjs' ? await asOne(made.files, arch.name, choice) : files;
    const file = made.asked ?? alone?.content;
    if (reader === null || wanted < 1 || !(file instanceof Uint8Array)) return { kind: 'done', result };
    let told = result;
    try {
      const pictures = await proofPictures(platform, { data, input: arch.input, count: wanted });
      told = { ...result, notes: [...notes, m.export_proved_on({ pictures: pictures.note })] };
      const given = {
        file,
        kind: reader,
        arch,
        tensors: made.numbers,
        pictures,
        rule: ruleOf(choice),
        ...batchOf(choice)
      };
      const proof = await proveFile(platform, given, { gate, report });
      if (!proof) return { kind: 'stopped', result: told };
      const hints = made.facts && !made.facts.tuned ? tuningHint(proof) : [];
      return { kind: 'done', result: { ...told, notes: [...told.notes, ...hints], proof } };
    } catch (error) {
      // A file that a runtime refuses, or that nothing could ask, is still the file that was asked for.
      const reason = reasonOf(error);
      const why = error instanceof FileRefused ? { refused: reason } : { unproved: reason };
      return { kind: 'done', result: { ...told, ...why } };
    }
  }

  return steered(gate, run);
}

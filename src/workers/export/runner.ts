/** @file Workers: writes a network in a format and runs the file in the runtime that others deploy it with. */
import { holdsWeights, runtimeOf, type ExportChoice } from '$lib/export/choice';
import { fileStem } from '$lib/export/file-name';
import { writeFiles, type ExportedFile } from '$lib/export/write';
import { reasonOf } from '$lib/base/reason';
import { lower } from '$lib/ops/lower';
import { initTensors } from '$lib/weights/init';
import { m } from '$paraglide/messages';
import type { Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import { proofPictures } from './pictures';
import { proveFile } from './prove-file';
import type { ExportEvent, ExportRequest, ExportResult } from './protocol';

type Report = (event: ExportEvent) => Promise<void>;

/** Draws the numbers of a network that nobody has trained. */
const untrainedSeed = 1;

/** Largest difference that rounding explains, as a share of the largest number, by how weights are kept. */
const limits = { float32: 2e-5, float16: 1e-2, dynamicInt8: 0.2 } as const;

function limitOf(choice: ExportChoice): number {
  if (choice.format !== 'onnx' && choice.format !== 'tflite') return limits.float32;
  return typeof choice.weights === 'string' ? limits[choice.weights] : limits.dynamicInt8;
}

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

  async function run(request: ExportRequest, report: Report): Promise<RunEnd<ExportResult>> {
    const { arch, choice, data, pictures: wanted } = request;
    await report({ kind: 'stage', stage: 'writing' });
    const tensors = request.tensors ?? initTensors(lower(arch), untrainedSeed);
    const began = clock();
    const written = await writeFiles({ arch, tensors }, choice);
    const writtenMs = clock() - began;
    if (written.kind === 'bad') return { kind: 'done', result: written };
    const files = request.zip ? await asOne(written.files, arch.name, choice) : written.files;
    await report({ kind: 'written', files, ms: writtenMs });
    const drawn = request.tensors === null && holdsWeights(choice.format);
    const notes = [...(drawn ? [m.export_untrained({ seed: untrainedSeed })] : []), ...written.notes];
    const result = { kind: 'ok', choice, files, notes, writtenMs, proof: null, refused: null } as const;
    const [first] = files;
    const file = first?.content;
    const reader = runtimeOf(choice.format);
    if (reader === null || wanted < 1 || !(file instanceof Uint8Array)) return { kind: 'done', result };
    const pictures = await proofPictures(platform, { data, input: arch.input, count: wanted });
    const told = { ...result, notes: [...notes, pictures.note] };
    try {
      const given = { file, kind: reader, arch, tensors, pictures, limit: limitOf(choice) };
      const proof = await proveFile(platform, given, { gate, report });
      return proof ? { kind: 'done', result: { ...told, proof } } : { kind: 'stopped', result: told };
    } catch (error) {
      // A file that a runtime refuses is still the file that was asked for.
      return { kind: 'done', result: { ...told, refused: reasonOf(error) } };
    }
  }

  return steered(gate, run);
}

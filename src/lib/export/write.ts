/** @file Step 8, export: a network as the files of a format; each writer is loaded when it is first asked for. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import type { Tensors } from '$lib/weights/checkpoint';
import type { ExportChoice, Format, OnnxChoice } from './choice';
import { fileStem } from './file-name';
import type { RowsWritten } from './rows/listing';
import type { LiteWeights } from './tflite/weights';

/** One file: its name in the folder, and its text or bytes. */
export interface ExportedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The files of a format with what they leave out, or why the format cannot say the table. */
export type Written =
  | { readonly kind: 'ok'; readonly files: readonly ExportedFile[]; readonly notes: readonly string[] }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** What is written: the table with its numbers. */
export interface WriteRequest {
  readonly arch: Architecture;
  readonly tensors: Tensors;
}

const ok = (...files: readonly ExportedFile[]): Written => ({ kind: 'ok', files, notes: [] });

/** `model.json` with its weights beside it. */
const model = (json: string, weights: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Written =>
  ok({ name: 'model.json', content: json }, ...weights.map(({ path: name, bytes: content }) => ({ name, content })));

async function onnx({ arch, tensors }: WriteRequest, choice: OnnxChoice): Promise<Written> {
  const [{ deploy }, { toOnnx }] = await Promise.all([import('./deploy'), import('./onnx/onnx')]);
  const content = toOnnx(deploy(arch, tensors, { foldNorms: choice.foldNorms }), choice);
  return ok({ name: `${fileStem(arch.name)}.onnx`, content });
}

async function tflite({ arch, tensors }: WriteRequest, weights: LiteWeights): Promise<Written> {
  const [{ deploy }, { lowerLite }, { toTflite }] = await Promise.all([
    import('./deploy'),
    import('./tflite/lower'),
    import('./tflite/tflite')
  ]);
  const graph = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'native' });
  return ok({ name: `${fileStem(arch.name)}.tflite`, content: toTflite(graph, { kind: 'float', weights }) });
}

async function tfjsGraph({ arch, tensors }: WriteRequest): Promise<Written> {
  const [{ deploy }, { lowerLite }, { toTfjsGraph }] = await Promise.all([
    import('./deploy'),
    import('./tflite/lower'),
    import('./tfjs/graph-model')
  ]);
  const graph = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' });
  const { modelJson, weights } = toTfjsGraph(graph);
  return model(modelJson, weights);
}

type Writers = {
  readonly [F in Exclude<Format, 'onnx' | 'tflite'>]: (request: WriteRequest) => Promise<Written>;
};

const writers: Writers = {
  tfjs: async ({ arch, tensors }) => {
    const { toTfjsLayers } = await import('./tfjs/layers-model');
    const { modelJson, weights } = toTfjsLayers(arch, tensors);
    return model(modelJson, weights);
  },
  'tfjs-graph': tfjsGraph,
  pytorch: async ({ arch, tensors }) => ok(...(await import('./pytorch/pytorch')).exportPyTorch(arch, tensors)),
  keras: async ({ arch, tensors }) => ok(...(await import('./keras/keras')).exportKeras(arch, tensors)),
  timm: async ({ arch }) => rows(arch, (await import('./rows/timm')).toTimm(arch)),
  torchvision: async ({ arch }) => rows(arch, (await import('./rows/torchvision')).toTorchvision(arch)),
  json: async ({ arch }) => ok({ name: `${fileStem(arch.name)}.json`, content: (await import('./json')).toJson(arch) }),
  csv: async ({ arch }) => ok({ name: `${fileStem(arch.name)}.csv`, content: (await import('./csv')).toCsv(arch) }),
  svg: async ({ arch }) => {
    const { diagramSvg } = await import('./picture/svg');
    return ok({ name: `${fileStem(arch.name)}.svg`, content: diagramSvg(arch, { theme: 'light' }) });
  }
};

const rows = ({ name }: Architecture, written: RowsWritten): Written =>
  written.kind === 'bad'
    ? written
    : { kind: 'ok', files: [{ name: `${fileStem(name)}.py`, content: written.text }], notes: written.notes };

/** The files of a choice; 8 bits throughout need pictures first and are written elsewhere. */
export async function writeFiles(request: WriteRequest, choice: ExportChoice): Promise<Written> {
  if (choice.format === 'onnx') return onnx(request, choice);
  if (choice.format !== 'tflite') return writers[choice.format](request);
  if (typeof choice.weights !== 'string') throw new Error('export tflite: 8 bits need the ranges of pictures');
  return tflite(request, choice.weights);
}

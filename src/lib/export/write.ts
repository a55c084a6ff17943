/** @file Step 8, export: a network as the files of a format; each writer is loaded when it is first asked for. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import type { Provenance, Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { ExportChoice, OnnxChoice, PlainFormat, TimesChoice } from './choice';
import type { dynamicShare } from './dynamic-share';
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
  /** What trained it, where that is known. */
  readonly from?: Provenance | null;
}

const ok = (...files: readonly ExportedFile[]): Written & { kind: 'ok' } => ({ kind: 'ok', files, notes: [] });

/** Notes which of the weights are integers. */
async function withShare(
  written: Written & { kind: 'ok' },
  ...counted: Parameters<typeof dynamicShare>
): Promise<Written> {
  const { dynamicNote, dynamicShare } = await import('./dynamic-share');
  return { ...written, notes: [dynamicNote(dynamicShare(...counted))] };
}

/** `model.json` with its weights beside it. */
const model = (json: string, weights: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Written =>
  ok({ name: 'model.json', content: json }, ...weights.map(({ path: name, bytes: content }) => ({ name, content })));

async function onnx({ arch, tensors }: WriteRequest, choice: OnnxChoice): Promise<Written> {
  const [{ deploy }, { toOnnx }] = await Promise.all([import('./deploy'), import('./onnx/onnx')]);
  const graph = deploy(arch, tensors, { foldNorms: choice.foldNorms });
  const written = ok({ name: `${fileStem(arch.name)}.onnx`, content: toOnnx(graph, choice) });
  if (choice.weights !== 'dynamicInt8') return written;
  const { multipliesIntegers } = await import('./onnx/products');
  return withShare(written, graph, multipliesIntegers);
}

async function tflite({ arch, tensors }: WriteRequest, weights: LiteWeights): Promise<Written> {
  const [{ deploy }, { lowerLite }, { toTflite }] = await Promise.all([
    import('./deploy'),
    import('./tflite/lower'),
    import('./tflite/tflite')
  ]);
  const graph = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'native' });
  const content = toTflite(graph, { kind: 'float', weights });
  const written = ok({ name: `${fileStem(arch.name)}.tflite`, content });
  if (weights !== 'dynamicInt8') return written;
  const { multipliesDynamically } = await import('./tflite/lite-graph');
  return withShare(written, graph, multipliesDynamically);
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

/** Times for an ONNX and for a TensorFlow Lite file, whose nodes have other names. */
async function modelExplorer({ arch, tensors }: WriteRequest, { times }: TimesChoice): Promise<Written> {
  const [{ toModelExplorer }, { liteNodeKeys, onnxNodeKeys }] = await Promise.all([
    import('./model-explorer'),
    import('./node-names')
  ]);
  const stem = fileStem(arch.name);
  const files = [
    { name: `${stem}-onnx-times.json`, content: toModelExplorer(arch, times, onnxNodeKeys(arch, tensors)) },
    { name: `${stem}-tflite-times.json`, content: toModelExplorer(arch, times, liteNodeKeys(arch, tensors)) }
  ];
  return { kind: 'ok', files, notes: [m.export_times_note()] };
}

/** Of weights that nobody says where they come from. */
const unknown: Provenance = {
  dataset: '',
  datasetSha256: '',
  epochs: 0,
  seed: 0,
  engine: '',
  validationAccuracy: null
};

type Writers = {
  readonly [F in PlainFormat]: (request: WriteRequest) => Promise<Written>;
};

const writers: Writers = {
  tfjs: async ({ arch, tensors }) => {
    const { toTfjsLayers } = await import('./tfjs/layers-model');
    const { modelJson, weights } = toTfjsLayers(arch, tensors);
    return model(modelJson, weights);
  },
  'tfjs-graph': tfjsGraph,
  pytorch: async ({ arch, tensors }) => ok(...(await import('./pytorch/pytorch')).exportPyTorch(arch, tensors)),
  safetensors: async ({ arch, tensors, from }) => {
    const { toSafetensors } = await import('$lib/weights/safetensors');
    const content = toSafetensors({ format: 1, arch, tensors, from: from ?? unknown });
    return ok({ name: `${fileStem(arch.name)}.safetensors`, content });
  },
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
  if (choice.format === 'model-explorer') return modelExplorer(request, choice);
  if (choice.format !== 'tflite') return writers[choice.format](request);
  if (typeof choice.weights !== 'string') throw new Error('export tflite: 8 bits need the ranges of pictures');
  return tflite(request, choice.weights);
}

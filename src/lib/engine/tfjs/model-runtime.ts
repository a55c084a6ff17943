/** @file TensorFlow.js as the runtime that others load an exported model with: the files from memory, whole pictures in, answers back. */
import { dispose, env, io, layers, loadGraphModel, loadLayersModel, tensor4d, type Tensor } from '@tensorflow/tfjs';
import type { Shape } from '$lib/arch/architecture';
import type { PictureFile } from '$lib/data/picture-file';
import { openZip } from '$lib/data/zip';
import { m } from '$paraglide/messages';
import { openBackend, useBackend, type OpenBackend, type OpenOptions } from './backend';

/** An answer [count, ...] under the name that the model gives it. */
export interface TfjsOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model made ready; dispose it when done. */
export interface TfjsModel {
  /** Pictures float32 [count, h, w, c]; answers in the model's order. */
  run(images: Float32Array, count: number): Promise<readonly TfjsOutput[]>;
  /** TensorFlow.js does not tell. */
  readonly accelerated: null;
  dispose(): void;
}

/** The part of graph and layers models that is used. */
interface Loaded {
  readonly names: readonly string[];
  answer(pictures: Tensor): Tensor | Tensor[];
  dispose(): void;
}

/** More than this is no MobileNet. */
const mostBytes = 1_000_000_000;

/** Backends that keep float32 exact, the faster one first. */
const exact = ['wasm', 'cpu'] as const;

/** The file at a path, or the only one of that name: archives of a folder have it inside. */
function at(files: readonly PictureFile[], path: string): PictureFile {
  const found = files.find((file) => file.path === path) ?? files.find((file) => file.path.endsWith(`/${path}`));
  if (!found) throw new Error(m.runtime_tfjs_file({ path }));
  if (found.size > mostBytes) throw new Error(m.runtime_tfjs_large({ path, most: mostBytes, got: found.size }));
  return found;
}

/** What TensorFlow.js loads a model from, read out of a zip archive of `model.json` and its shards. */
async function artifactsOf(archive: Uint8Array): Promise<io.ModelArtifacts> {
  const read = (from = 0, to = archive.length): Promise<Uint8Array> => Promise.resolve(archive.subarray(from, to));
  const files = await openZip({ path: 'model.zip', size: archive.length, read });
  const text = new TextDecoder().decode(await at(files, 'model.json').read());
  // What is wrong inside is for the runtime to say.
  const { weightsManifest, ...model } = JSON.parse(text) as io.ModelJSON;
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((path) => at(files, path));
  const total = shards.reduce((sum, { size }) => sum + size, 0);
  if (total > mostBytes) throw new Error(m.runtime_tfjs_large({ path: 'model.json', most: mostBytes, got: total }));
  const weights = new Uint8Array(total);
  let filled = 0;
  for (const shard of shards) {
    weights.set(await shard.read(), filled);
    filled += shard.size;
  }
  const weightSpecs = weightsManifest.flatMap(({ weights: specs }) => specs);
  return { ...model, weightSpecs, weightData: weights.buffer };
}

/**
 * TensorFlow.js knows a layer by its name once the layer's module is there, and a bundle leaves out modules that nobody
 * names: one of each layer that exported models are made of keeps theirs in.
 */
function nameLayers(): void {
  layers.activation({ activation: 'linear' });
  layers.add();
  layers.averagePooling2d({});
  layers.batchNormalization();
  layers.concatenate();
  layers.conv2d({ filters: 1, kernelSize: 1 });
  layers.conv2dTranspose({ filters: 1, kernelSize: 1 });
  layers.dense({ units: 1 });
  layers.depthwiseConv2d({ kernelSize: 1 });
  layers.dropout({ rate: 0 });
  layers.globalAveragePooling2d({});
  layers.multiply();
  layers.permute({ dims: [1] });
  layers.reLU();
  layers.rescaling({ scale: 1 });
  layers.reshape({ targetShape: [1] });
  layers.zeroPadding2d();
}

async function load(artifacts: io.ModelArtifacts): Promise<Loaded> {
  if (artifacts.format === 'graph-model') {
    // Asked for at every picture; a bundle leaves out the module that registers it, and TensorFlow.js would warn.
    env().registerFlag('KEEP_INTERMEDIATE_TENSORS', () => false);
    const model = await loadGraphModel(io.fromMemory(artifacts));
    const names = model.outputs.map(({ name }) => name);
    return { names, answer: (pictures) => model.execute(pictures, names), dispose: () => model.dispose() };
  }
  nameLayers();
  const model = await loadLayersModel(io.fromMemory(artifacts));
  const answer = (pictures: Tensor): Tensor | Tensor[] => model.predict(pictures);
  return { names: model.outputNames, answer, dispose: () => void model.dispose() };
}

async function open(
  archive: Uint8Array,
  [height, width, channels]: Shape,
  { backend }: OpenBackend
): Promise<TfjsModel> {
  useBackend(backend);
  const model = await load(await artifactsOf(archive));
  return {
    accelerated: null,
    async run(images, count) {
      useBackend(backend);
      const pictures = tensor4d(images, [count, height, width, channels]);
      let answers: readonly Tensor[] = [];
      try {
        answers = [model.answer(pictures)].flat();
        const data = await Promise.all(answers.map((answer) => answer.data<'float32'>()));
        return answers.map(({ shape }, i) => ({
          name: model.names[i] ?? '',
          shape,
          data: data[i] ?? new Float32Array()
        }));
      } finally {
        dispose([pictures, ...answers]);
      }
    },
    dispose: () => {
      useBackend(backend);
      model.dispose();
    }
  };
}

/** Opens TensorFlow.js, on wasm where it can be had, else on cpu, for models as zip archives; rejects with why neither opens. */
export async function openTfjsModels(options: OpenOptions) {
  const reasons: string[] = [];
  for (const backend of exact) {
    const opening = await openBackend(backend, options);
    if (opening.status === 'failed') {
      reasons.push(m.engine_tfjs_failed({ backend, reason: opening.reason }));
      continue;
    }
    const { version, threads } = opening;
    return {
      kind: 'TensorFlow.js' as const,
      /** 'TensorFlow.js 4.22.0 on wasm, 1 threads'. */
      build: m.runtime_tfjs({ version, backend, threads }),
      open: (archive: Uint8Array, input: Shape): Promise<TfjsModel> => open(archive, input, opening)
    };
  }
  throw new Error(reasons.join('; '));
}

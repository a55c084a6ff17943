/** @file Test support: exported files run in the runtimes that others deploy with, beside our own answers. */
import { io, loadGraphModel, setBackend, tensor } from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { deploy } from '../../src/lib/export/deploy';
import { toOnnx, type OnnxOptions } from '../../src/lib/export/onnx/onnx';
import { toTfjsGraph, type TfjsGraphModel } from '../../src/lib/export/tfjs/graph-model';
import { lowerLite, type LiteLowering } from '../../src/lib/export/tflite/lower';
import { toTflite, type LiteOptions } from '../../src/lib/export/tflite/tflite';
import { worstGap, type Answered } from './export-networks';
import { liteRtHere, onnxHere } from './runtimes';

/** What ONNX files are when nothing else is tried. */
export const plainOnnx: OnnxOptions = { opset: 14, batch: 'N', weights: 'float32' };

/** The worst gap of an ONNX file. */
export async function onnxGap(one: Answered, options: OnnxOptions = plainOnnx, foldNorms = true): Promise<number> {
  const file = toOnnx(deploy(one.arch, one.tensors, { foldNorms }), options);
  const model = await onnxHere().open(file, one.arch.input);
  const found = await model.run(one.images, one.count);
  model.dispose();
  return worstGap(one, found);
}

/** What .tflite files are when nothing else is tried. */
const plainLite: LiteOptions = { kind: 'float', weights: 'float32' };

/** The worst gap of a .tflite file, whether it ran on fast kernels, and what was written. */
export async function liteGap(
  one: Answered,
  options: LiteOptions = plainLite,
  hardSwish: LiteLowering['hardSwish'] = 'native'
) {
  const graph = lowerLite(deploy(one.arch, one.tensors, { foldNorms: true }), { hardSwish });
  const model = await (await liteRtHere()).open(toTflite(graph, options), one.arch.input);
  const found = await model.run(one.images, one.count);
  const { accelerated } = model;
  model.dispose();
  return { gap: worstGap(one, found), accelerated, graph };
}

/** The network as a TensorFlow.js graph model. */
export function tfjsGraphOf({ arch, tensors }: Answered): TfjsGraphModel {
  return toTfjsGraph(lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' }));
}

async function load({ modelJson, weights }: TfjsGraphModel) {
  const { weightsManifest, ...model } = JSON.parse(modelJson) as io.ModelJSON;
  const weightSpecs = weightsManifest.flatMap(({ weights: specs }) => specs);
  const whole = new Uint8Array(weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of weights) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return loadGraphModel(io.fromMemory({ ...model, weightSpecs, weightData: whole.buffer }));
}

/** The worst gap of a TensorFlow.js graph model. */
export async function tfjsGraphGap(known: Answered): Promise<number> {
  setWasmPaths('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  await setBackend('wasm');
  const model = await load(tfjsGraphOf(known));
  const names = Object.keys(known.answers);
  const given = tensor(known.images, [known.count, ...known.arch.input]);
  const found = [model.execute(given, names)].flat();
  const answers = found.map((value, i) => ({ name: names[i]!, data: value.dataSync() as Float32Array }));
  [given, ...found].forEach((value) => value.dispose());
  model.dispose();
  return worstGap(known, answers);
}

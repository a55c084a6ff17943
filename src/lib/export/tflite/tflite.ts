/** @file Step 8, export: a .tflite file of a network: floats, halves, 8-bit weights, or 8 bits throughout. */
import { aboutKey } from '$lib/import/graph/about';
import { encodeJson } from '$lib/weights/header-text';
import type { QuantizationPlan } from '../quantize/plan';
import { LiteAssembly } from './assembly';
import { encodeLite, type LitePort } from './flatbuffer';
import type { LiteGraph } from './lite-graph';
import { writeLiteNode } from './operators';
import { LiteValues } from './values';
import type { LiteWeights } from './weights';

/** What goes in and comes out where a network runs in 8 bits. */
export type LiteIo = 'float32' | 'int8' | 'uint8';

/** Floats in between with weights kept so, or 8 bits wherever the plan has a grid for a value. */
export type LiteOptions =
  | { readonly kind: 'float'; readonly weights: LiteWeights }
  | {
      readonly kind: 'int8';
      readonly plan: QuantizationPlan;
      readonly floats: ReadonlySet<string>;
      readonly io: LiteIo;
    };

/** The picture's name in the file. */
const pictureName = 'input';

/** Makes the picture ready in the form that goes in. */
function writeInput(file: LiteAssembly, values: LiteValues, io: LiteIo): LitePort {
  const tensor = values.create('', io, pictureName);
  if (io !== 'uint8') values.define('', io, tensor);
  else {
    const signed = values.create('', 'int8', `${pictureName}.int8`);
    file.operator({ code: 'quantize', version: 1, inputs: [tensor], outputs: [signed], fields: [] });
    values.define('', 'int8', signed);
  }
  return { name: pictureName, tensor };
}

function writeOutput(file: LiteAssembly, values: LiteValues, { name, io }: { name: string; io: LiteIo }): LitePort {
  if (io !== 'uint8') return { name, tensor: values.read(name, io) };
  const tensor = values.create(name, 'uint8', `${name}.uint8`);
  file.operator({ code: 'quantize', version: 1, inputs: [values.read(name, 'int8')], outputs: [tensor], fields: [] });
  return { name, tensor };
}

/** The bytes of a .tflite file that reads one picture [1, h, w, c] named 'input'; outputs have the names of the table's ops. */
export function toTflite(graph: LiteGraph, options: LiteOptions): Uint8Array<ArrayBuffer> {
  const file = new LiteAssembly();
  const shapes = new Map<string, readonly number[]>([
    ['', graph.input],
    ...graph.nodes.map(({ name, out }) => [name, out] as const)
  ]);
  const values = new LiteValues(file, shapes, options.kind === 'int8' ? options.plan : new Map());
  const io = options.kind === 'int8' ? options.io : 'float32';
  const inputs = [writeInput(file, values, io)];
  for (const node of graph.nodes) {
    const integers = options.kind === 'int8' && !options.floats.has(node.name);
    writeLiteNode(
      {
        file,
        values,
        kept: integers ? 'int8' : 'float32',
        weights: options.kind === 'float' ? options.weights : 'float32'
      },
      node
    );
  }
  const outputs = graph.outputs.map((name) => writeOutput(file, values, { name, io }));
  const metadata = graph.about ? { [aboutKey]: encodeJson(graph.about) } : {};
  return encodeLite({ name: graph.name, tensors: file.tensors, operators: file.operators, inputs, outputs, metadata });
}

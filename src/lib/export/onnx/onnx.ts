/** @file Step 8, export: an ONNX file (NCHW) of a network; opset 11 to 21, for ONNX Runtime and what else reads the format. */
import { build } from '$lib/base/build';
import { aboutKey } from '$lib/import/graph/about';
import { shapeAt, shapesOf, type ExportGraph } from '../graph';
import { OnnxAssembly, type OnnxWeights } from './assembly';
import { writeNode } from './nodes';
import { nameOf, pictureName } from './products';
import { encodeOnnx, type OnnxValue } from './protobuf';

/** Opsets that are written; 14 is the first with HardSwish. */
export const opsets = [11, 13, 14, 21] as const;
export type Opset = (typeof opsets)[number];

/** The version of the file's own form that each opset came with (onnx/docs/Versioning.md). */
const irVersions: Readonly<Record<Opset, number>> = { 11: 6, 13: 7, 14: 7, 21: 10 };

export interface OnnxOptions {
  readonly opset: Opset;
  /** 'N' for any number of pictures at once, else how many. */
  readonly batch: 'N' | number;
  readonly weights: OnnxWeights;
}

/** Our shape of a value as the file has it: maps [c, h, w], rows and vectors as they are. */
export function onnxShape(shape: readonly number[]): readonly number[] {
  const [height = 1, width = 1, channels = 1] = shape;
  return shape.length === 3 ? [channels, height, width] : shape;
}

/** The bytes of an ONNX file that reads pictures [batch, c, h, w] named 'input'; outputs have the names of the table's ops. */
export function toOnnx(graph: ExportGraph, { opset, batch, weights }: OnnxOptions): Uint8Array<ArrayBuffer> {
  const shapes = shapesOf(graph);
  const file = new OnnxAssembly(opset, weights);
  for (const node of graph.nodes) writeNode(file, shapes, node);
  const value = (name: string): OnnxValue => ({
    name: nameOf(name),
    type: 'float32',
    dims: [batch, ...onnxShape(shapeAt(shapes, name))]
  });
  const between = graph.nodes.map(({ name }) => name).filter((name) => !graph.outputs.includes(name));
  return encodeOnnx({
    name: graph.name,
    opset,
    irVersion: irVersions[opset],
    nodes: file.nodes,
    tensors: file.tensors,
    inputs: [{ ...value(''), name: pictureName }],
    outputs: graph.outputs.map(value),
    values: between.map(value),
    producer: ['Bneck', build.version],
    metadata: graph.about ? { [aboutKey]: JSON.stringify(graph.about) } : {}
  });
}

/** @file Step 8, export: the messages of an ONNX file by field number (onnx.proto), written without generated code. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Element types of tensors that are written, by their number in the format. */
export const dataTypes = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
export type DataType = keyof typeof dataTypes;

/** A constant: its name, its sizes and its bytes, little endian. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** The value of an attribute; whole numbers, fractions and lists of whole numbers are told apart by their key. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  | { readonly tensor: OnnxTensor };

/** One node; an input left out is the empty string. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A value with its sizes; a size may be a name (symbolic). */
export interface OnnxValue {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly irVersion: number;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Values in between whose sizes are told. */
  readonly values: readonly OnnxValue[];
  /** Who wrote it: name and version. */
  readonly producer: readonly [string, string];
  /** Texts by key that runtimes pass on. */
  readonly metadata: Readonly<Record<string, string>>;
}

type Fill = (writer: BinaryWriter) => void;

const message = (fill: Fill): Uint8Array<ArrayBuffer> => {
  const writer = new BinaryWriter();
  fill(writer);
  return writer.finish();
};
const inside = (writer: BinaryWriter, field: number, fill: Fill): void => {
  writer.tag(field, WireType.LengthDelimited).bytes(message(fill));
};
const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value);
};
const whole = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Varint).int64(value);
};

function writeTensor(writer: BinaryWriter, { name, type, dims, bytes }: OnnxTensor): void {
  for (const size of dims) whole(writer, 1, size);
  whole(writer, 2, dataTypes[type]);
  if (name) text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

/** AttributeProto: the value's field, and the number of its type in field 20. */
function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, 1, name);
  if ('int' in value) {
    whole(writer, 3, value.int);
    whole(writer, 20, 2);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    whole(writer, 20, 1);
  } else if ('ints' in value) {
    for (const one of value.ints) whole(writer, 8, one);
    whole(writer, 20, 7);
  } else if ('text' in value) {
    text(writer, 4, value.text);
    whole(writer, 20, 3);
  } else {
    inside(writer, 5, (tensor) => writeTensor(tensor, value.tensor));
    whole(writer, 20, 4);
  }
}

function writeNode(writer: BinaryWriter, { operator, inputs, outputs, attributes = {} }: OnnxNode): void {
  for (const name of inputs) text(writer, 1, name);
  for (const name of outputs) text(writer, 2, name);
  // The first output names the node: a profile then speaks of the table's ops.
  text(writer, 3, outputs[0] ?? '');
  text(writer, 4, operator);
  for (const [name, value] of Object.entries(attributes)) inside(writer, 5, (one) => writeAttribute(one, name, value));
}

function writeValue(writer: BinaryWriter, { name, type, dims }: OnnxValue): void {
  text(writer, 1, name);
  inside(writer, 2, (kind) =>
    inside(kind, 1, (tensor) => {
      whole(tensor, 1, dataTypes[type]);
      inside(tensor, 2, (shape) => {
        for (const size of dims) {
          inside(shape, 1, (axis) => (typeof size === 'number' ? whole(axis, 1, size) : text(axis, 2, size)));
        }
      });
    })
  );
}

/** The bytes of a model file (ModelProto). */
export function encodeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph: Fill = (writer) => {
    for (const node of model.nodes) inside(writer, 1, (one) => writeNode(one, node));
    text(writer, 2, model.name);
    for (const tensor of model.tensors) inside(writer, 5, (one) => writeTensor(one, tensor));
    for (const value of model.inputs) inside(writer, 11, (one) => writeValue(one, value));
    for (const value of model.outputs) inside(writer, 12, (one) => writeValue(one, value));
    for (const value of model.values) inside(writer, 13, (one) => writeValue(one, value));
  };
  return message((writer) => {
    whole(writer, 1, model.irVersion);
    text(writer, 2, model.producer[0]);
    text(writer, 3, model.producer[1]);
    inside(writer, 7, graph);
    inside(writer, 8, (opset) => {
      text(opset, 1, '');
      whole(opset, 2, model.opset);
    });
    for (const [key, value] of Object.entries(model.metadata)) {
      inside(writer, 14, (entry) => {
        text(entry, 1, key);
        text(entry, 2, value);
      });
    }
  });
}

/** @file Import: the messages of an .onnx file by field number: nodes, constants, the picture, the answers. */
import { decodeUtf8 } from '$lib/weights/header-text';
import { m } from '$paraglide/messages';
import { aboutKey } from '../graph/about';
import { NotUnderstood } from '../graph/graph';
import { Message } from './wire';

/** Element types that are read, by their number in the format (`TensorProto.DataType`). */
const types: Readonly<Record<number, OnnxType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16'
};

export type OnnxType =
  'float32' | 'float64' | 'float16' | 'bfloat16' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'other';

/** A constant as it is stored: raw bytes, or numbers in a field of their type; `location` names a file beside this one. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly type: OnnxType;
  readonly raw: Uint8Array | null;
  /** Little-endian bytes of float_data or double_data. */
  readonly reals: Uint8Array;
  /** The numbers of int32_data or int64_data, as whole numbers: halves are stored by their bits. */
  readonly wholes: () => readonly number[];
  readonly external: boolean;
}

export interface OnnxAttribute {
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly ints: readonly number[];
  readonly floats: Uint8Array;
  readonly tensor: OnnxTensor | null;
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** Names of values; the empty string is an input or output left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** What the network reads; -1 is a side left open. */
export interface OnnxInput {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
}

export interface OnnxFile {
  /** Version of the default operators. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Constants left out. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  /** What our writer says beside the graph; null in files of others. */
  readonly about: Uint8Array | null;
}

/** A V3-Large with every constant a node of its own has about a thousand. */
const mostNodes = 2500;
const mostNames = 256;
const mostAxes = 8;
/** Letters of an option: a longer text is none that is read. */
const mostLetters = 64;
const none = new Uint8Array(0);
const opsets = { from: 7, to: 21 } as const;

export const typeOf = (number: number): OnnxType => types[number] ?? 'other';

function tensorOf(message: Message): OnnxTensor {
  const type = typeOf(message.int(2, 0));
  return {
    dims: message.ints(1),
    // A piece of a larger tensor is none by itself.
    type: message.has(3) ? 'other' : type,
    raw: message.bytes(9),
    reals: type === 'float64' ? message.fixed(10, 8) : message.fixed(4, 4),
    wholes: () => message.ints(type === 'int64' ? 7 : 5),
    external: message.has(13) || message.int(14, 0) !== 0
  };
}

function attributeOf(message: Message): OnnxAttribute {
  const tensor = message.message(5);
  return {
    float: message.float(2, 0),
    int: message.int(3, 0),
    text: decodeUtf8((message.bytes(4) ?? none).subarray(0, mostLetters)) ?? '',
    ints: message.ints(8),
    floats: message.fixed(7, 4),
    tensor: tensor && tensorOf(tensor)
  };
}

function nodeOf(message: Message): OnnxNode {
  const domain = message.text(7);
  return {
    name: message.text(3),
    op: message.text(4),
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: message.texts(1),
    outputs: message.texts(2),
    attributes: new Map(message.messages(5).map((attribute) => [attribute.text(1), attributeOf(attribute)]))
  };
}

function inputOf(message: Message): OnnxInput {
  const tensor = message.message(2)?.message(1);
  const dims = tensor?.message(2)?.messages(1) ?? [];
  return {
    name: message.text(1),
    type: typeOf(tensor?.int(1, 0) ?? 0),
    dims: dims.map((dim) => dim.int(1, -1))
  };
}

/** The version of the default operators a model asks for; throws for one whose operators are not known. */
function opsetOf(model: Message, file: string): number {
  const own = model.messages(8).filter((set) => set.text(1) === '' || set.text(1) === 'ai.onnx');
  const version = own[0]?.int(2, 0) ?? 0;
  if (!(version >= opsets.from && version <= opsets.to)) {
    throw new NotUnderstood(file, m.onnx_opset({ ...opsets, got: version }));
  }
  return version;
}

function constantsOf(graph: Message, file: string): Map<string, OnnxTensor> {
  const constants = new Map<string, OnnxTensor>();
  for (const message of graph.messages(5)) {
    const name = message.text(8);
    if (name === '' || constants.has(name)) throw new NotUnderstood(name || file, m.onnx_twice());
    constants.set(name, tensorOf(message));
  }
  if (graph.has(15)) throw new NotUnderstood(file, m.onnx_sparse());
  return constants;
}

/** The value of our own key in the model's metadata (`StringStringEntryProto`: key 1, value 2). */
function aboutOf(model: Message): Uint8Array | null {
  const own = model
    .messages(14)
    .find((entry) => decodeUtf8((entry.bytes(1) ?? none).subarray(0, mostLetters)) === aboutKey);
  return own?.bytes(2) ?? null;
}

/** Throws where a list is longer than any network of the family needs. */
function mustBeFew({ nodes, inputs, outputs, constants }: OnnxFile, file: string): void {
  const most = (count: number, limit: number): void => {
    if (count > limit) throw new NotUnderstood(file, m.onnx_many({ most: limit }));
  };
  most(Math.max(nodes.length, constants.size), mostNodes);
  most(inputs.length + outputs.length, mostNames);
  for (const node of nodes) most(node.inputs.length + node.outputs.length, mostNames);
  for (const { dims } of [...constants.values(), ...inputs]) most(dims.length, mostAxes);
}

/** Reads the file's messages; throws `NotUnderstood` naming `file` (or the constant) where it is no whole .onnx file. */
export function readOnnxFile(bytes: Uint8Array, file: string): OnnxFile {
  const model = new Message(bytes, file);
  const [graph, ...others] = model.messages(7);
  if (!graph || others.length > 0) throw new NotUnderstood(file, m.onnx_not());
  const opset = opsetOf(model, file);
  const constants = constantsOf(graph, file);
  const read: OnnxFile = {
    opset,
    nodes: graph.messages(1).map(nodeOf),
    constants,
    inputs: graph
      .messages(11)
      .map(inputOf)
      .filter(({ name }) => !constants.has(name)),
    outputs: graph.messages(12).map((output) => output.text(1)),
    about: aboutOf(model)
  };
  mustBeFew(read, file);
  return read;
}

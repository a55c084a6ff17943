/** @file Step 8, export: the growing ONNX graph: nodes, constants and the names between them; maps are NCHW. */
import { halvesOf } from '$lib/weights/half-bits';
import type { Numbers } from '../turn';
import type { Attribute, DataType, OnnxNode, OnnxTensor } from './protobuf';

/** How weights are kept: as they are, as halves that are widened on loading, or as integers with activations quantized on the way. */
export type OnnxWeights = 'float32' | 'float16' | 'dynamicInt8';

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** What a node is made of; `to` is the name of its one output. */
export interface Step {
  readonly from: readonly string[];
  readonly to: string;
  readonly with?: Readonly<Record<string, Attribute>>;
}

/** Collects the nodes of a file in order. */
export class OnnxAssembly {
  readonly nodes: OnnxNode[] = [];
  readonly tensors: OnnxTensor[] = [];
  private readonly scalars = new Map<number, string>();

  constructor(
    readonly opset: number,
    readonly weights: OnnxWeights
  ) {}

  /** Appends an operator and gives the name of its output. */
  node(operator: string, { from, to, with: attributes }: Step): string {
    this.nodes.push({ operator, inputs: from, outputs: [to], ...(attributes && { attributes }) });
    return to;
  }

  /** Appends an operator of several outputs. */
  many(operator: string, from: readonly string[], outputs: readonly string[]): void {
    this.nodes.push({ operator, inputs: from, outputs });
  }

  /** A constant of the file; float weights are kept as halves where that is wished. */
  weight(name: string, dims: readonly number[], data: Numbers): string {
    if (!(data instanceof Float32Array)) throw new Error(`onnx ${name}: a weight must be floats`);
    if (this.weights !== 'float16') return this.constant(name, { type: 'float32', dims, bytes: bytesOf(data) });
    const half = this.constant(`${name}.half`, { type: 'float16', dims, bytes: bytesOf(halvesOf(data)) });
    return this.node('Cast', { from: [half], to: name, with: { to: { int: 1 } } });
  }

  /** A constant that stays as precise as it is: biases, statistics, scales. */
  floats(name: string, data: Float32Array, dims: readonly number[] = [data.length]): string {
    return this.constant(name, { type: 'float32', dims, bytes: bytesOf(data) });
  }

  integers(name: string, data: Int8Array, dims: readonly number[]): string {
    return this.constant(name, { type: 'int8', dims, bytes: bytesOf(data) });
  }

  sizes(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(name, { type: 'int64', dims: [values.length], bytes: bytesOf(data) });
  }

  /** One number, as the Constant node that importers other than ONNX Runtime look for. */
  scalar(value: number): string {
    const known = this.scalars.get(value);
    if (known !== undefined) return known;
    const name = `constant.${this.scalars.size}`;
    this.scalars.set(value, name);
    const bytes = bytesOf(Float32Array.of(value));
    const tensor: OnnxTensor = { name: '', type: 'float32', dims: [], bytes };
    return this.node('Constant', { from: [], to: name, with: { value: { tensor } } });
  }

  private constant(name: string, rest: { type: DataType; dims: readonly number[]; bytes: Uint8Array }): string {
    this.tensors.push({ name, ...rest });
    return name;
  }
}

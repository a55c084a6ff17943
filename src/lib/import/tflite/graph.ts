/** @file Import: the values of a .tflite file by tensor number while its operators are turned into nodes. */
import type { Activation } from '$lib/ops/op';
import type { Tensor } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { NotUnderstood, type GraphNode, type GraphPadding } from '../graph/graph';
import type { TfliteFile, TfliteOperator, TfliteTensor } from './file';
import { Constants, countOf } from './values';

/** A node before it has name, inputs and shape. */
export type NodeBody = GraphNode extends infer N
  ? N extends GraphNode
    ? Omit<N, 'name' | 'inputs' | 'out'>
    : never
  : never;

const fused: Readonly<Record<number, Activation>> = { 0: 'linear', 1: 'relu', 3: 'relu6' };

/** What a rule sees of one operator: its values as names, shapes and constants. */
export class OperatorView {
  constructor(
    private readonly values: Values,
    readonly operator: TfliteOperator,
    readonly name: string
  ) {}

  refuse(message: string): never {
    throw new NotUnderstood(this.name, message);
  }

  /** Tensor number of an input; -1 where it is left out. */
  private input(index: number): number {
    return this.operator.inputs[index] ?? -1;
  }

  has(index: number): boolean {
    return this.input(index) >= 0;
  }

  isConstant(index: number): boolean {
    return this.values.constant(this.input(index)) !== undefined;
  }

  constant(index: number): Tensor {
    const tensor = this.values.constant(this.input(index));
    return tensor ? this.values.constants.read(tensor, this.name) : this.refuse(m.import_tflite_constant({ index }));
  }

  /** Optional bias of `channels` numbers. */
  bias(index: number, channels: number): Float32Array | null {
    if (!this.has(index)) return null;
    const { data } = this.constant(index);
    return data.length === channels ? data : this.refuse(m.import_tflite_bias({ want: channels, got: data.length }));
  }

  /** Shape of an input without the batch. */
  shape(index: number): readonly number[] {
    return this.values.shape(this.input(index), this.name);
  }

  /** Shape of the result without the batch. */
  outShape(): readonly number[] {
    return this.values.shape(this.operator.outputs[0] ?? -1, this.name);
  }

  /** A constant of four axes. */
  weight(index: number): Tensor {
    const weight = this.constant(index);
    return weight.shape.length === 4 ? weight : this.refuse(m.import_rank({ shape: weight.shape.join('×') }));
  }

  padding(slot: number): GraphPadding {
    return this.operator.choice(slot) === 0 ? 'same' : 'valid';
  }

  activation(slot: number): Activation {
    const code = this.operator.choice(slot);
    return fused[code] ?? this.refuse(m.import_tflite_activation({ code }));
  }

  node(body: NodeBody, ...inputs: readonly number[]): GraphNode {
    const names = (inputs.length > 0 ? inputs : [0]).map((index) => this.values.nameOf(this.input(index), this.name));
    return {
      ...body,
      name: this.name,
      inputs: names,
      out: this.outShape()
    };
  }

  /** The output is a constant's other name (half precision widened). */
  passConstant(index: number): void {
    this.values.alias(this.operator.outputs[0] ?? -1, this.input(index));
  }
}

/** Names and constants by tensor number; only what exists already can be read, so no cycle can arise. */
export class Values {
  readonly constants: Constants;
  private readonly ready = new Map<number, string>();
  private readonly aliases = new Map<number, TfliteTensor>();
  private readonly names: readonly string[];

  constructor(
    private readonly file: TfliteFile,
    fileBytes: number
  ) {
    this.constants = new Constants(fileBytes);
    const seen = new Set<string>();
    this.names = file.tensors.map(({ name }, index) => {
      let own = name || `#${index}`;
      while (seen.has(own)) own += `#${index}`;
      seen.add(own);
      return own;
    });
  }

  tensorName(index: number): string {
    return this.names[index] ?? '';
  }

  /** From here on nodes may read tensor `index` under `name`. */
  define(index: number, name: string): void {
    this.ready.set(index, name);
  }

  nameOf(index: number, where: string): string {
    const name = this.ready.get(index);
    if (name === undefined) throw new NotUnderstood(where, m.import_tflite_reads({ tensor: this.tensorName(index) }));
    return name;
  }

  constant(index: number): TfliteTensor | undefined {
    const tensor = this.aliases.get(index) ?? this.file.tensors[index];
    return tensor && tensor.bytes.length > 0 ? tensor : undefined;
  }

  alias(index: number, constant: number): void {
    const tensor = this.constant(constant);
    if (tensor) this.aliases.set(index, tensor);
  }

  shape(index: number, where: string): readonly number[] {
    const shape = this.file.tensors[index]?.shape ?? [];
    countOf(where, shape);
    return shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  }
}

/** @file Import: the values of an .onnx file by name while its nodes are read, and what a rule sees of one node. */
import { m } from '$paraglide/messages';
import { NotUnderstood, type GraphPadding, type Pair } from '../graph/graph';
import { Constants, type OnnxConstant } from './constants';
import type { OnnxAttribute, OnnxFile, OnnxNode } from './file';
import { asChannelsFirst, isInOrder, type MapView } from './view';
import type { GraphBuilder } from '../graph/builder';
import { type Value } from '../graph/builder';
import type { FileTensor } from '../tfjs/manifest';

/** What an ONNX value is here: numbers, or a view of a node's result. */
export type OnnxValue = OnnxConstant | MapView;

export const isMap = (value: OnnxValue): value is MapView => 'steps' in value;

/** Names and constants; only what was computed before can be read, so no cycle can arise. */
export class Values {
  readonly constants = new Constants();
  private readonly known = new Map<string, OnnxValue>();
  /** Weights that a factor at the end of each value would be folded into. */
  private readonly carried = new Map<string, number>();

  constructor(
    readonly file: OnnxFile,
    readonly builder: GraphBuilder,
    /** Pictures that the file reads at once; views show the first alone. */
    readonly batch: number
  ) {}

  define(name: string, value: OnnxValue): void {
    if (this.known.has(name) || this.file.constants.has(name)) throw new NotUnderstood(name, m.onnx_twice());
    this.known.set(name, value);
  }

  get(name: string, where: string): OnnxValue {
    const known = this.known.get(name);
    if (known) return known;
    const stored = this.file.constants.get(name);
    if (!stored) throw new NotUnderstood(where, m.onnx_reads({ name }));
    return this.constants.read(stored, name);
  }

  /** The result of a layer with `size` weights. */
  weighted(value: Value, size: number): Value {
    this.carried.set(value.name, size);
    return value;
  }

  /** Multiplies by, or adds, constants as the builder does, and counts the folding that will follow. */
  folds(where: string, from: Value, make: () => Value): Value {
    const size = this.carried.get(from.name) ?? from.shape.at(-1) ?? 1;
    this.constants.spend(where, 2 * size);
    return this.weighted(make(), size);
  }
}

/** One node: its inputs as maps and constants, its options. */
export class NodeView {
  private parts = 0;

  constructor(
    readonly values: Values,
    readonly node: OnnxNode,
    /** Unique in the graph, and what a person finds in the file. */
    readonly name: string
  ) {}

  get builder(): GraphBuilder {
    return this.values.builder;
  }

  get opset(): number {
    return this.values.file.opset;
  }

  refuse(reason: string): never {
    throw new NotUnderstood(this.name, m.onnx_node({ op: this.node.op, reason }));
  }

  refuseOption(option: string, value: string | number): never {
    return this.refuse(m.onnx_option({ option, value: String(value) }));
  }

  /** A name for a value on the way to this node's. */
  part(): string {
    return `${this.name}#${++this.parts}`;
  }

  attribute(name: string): OnnxAttribute | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name)?.int ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name)?.float ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    return this.attribute(name)?.text ?? otherwise;
  }

  ints(name: string): readonly number[] | null {
    return this.attribute(name)?.ints ?? null;
  }

  /** Two whole numbers from 1; `otherwise` where they are left out. */
  pair(name: string, otherwise: Pair = [1, 1]): Pair {
    const given = this.ints(name);
    if (!given) return otherwise;
    const [height = 0, width = 0] = given;
    return given.length === 2 && height >= 1 && width >= 1 ? [height, width] : this.refuseOption(name, given.join());
  }

  /** Zeros around a window. */
  padding(): GraphPadding {
    const auto = this.text('auto_pad', 'NOTSET');
    if (auto === 'VALID') return 'valid';
    if (auto === 'SAME_UPPER') return 'same';
    const given = this.ints('pads') ?? [0, 0, 0, 0];
    const [top = 0, left = 0, bottom = 0, right = 0] = given;
    if (auto !== 'NOTSET') return this.refuseOption('auto_pad', auto);
    if (given.length !== 4 || given.some((zeros) => zeros < 0)) return this.refuseOption('pads', given.join());
    return given.every((zeros) => zeros === 0) ? 'valid' : [top, bottom, left, right];
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  value(index: number): OnnxValue {
    const name = this.node.inputs[index] ?? '';
    return name === '' ? this.refuse(m.onnx_missing({ index })) : this.values.get(name, this.name);
  }

  constant(index: number): OnnxConstant {
    const value = this.value(index);
    return isMap(value) ? this.refuse(m.onnx_constant({ index })) : value;
  }

  /** Finite floats. */
  floats(index: number): FileTensor & { readonly whole: false } {
    const value = this.constant(index);
    if (value.whole) return this.refuse(m.onnx_floats({ index }));
    this.values.constants.spend(this.name, value.data.length);
    return value.data.every(Number.isFinite) ? value : this.refuse(m.import_finite());
  }

  /** A few whole numbers: sizes, axes, positions. */
  wholes(index: number): readonly number[] {
    const { data, whole } = this.constant(index);
    return whole && data.length <= 64 ? Array.from(data) : this.refuse(m.onnx_wholes({ index }));
  }

  /** Axes of an option that became an input later, from 0 on; null where they are left out. */
  axes(index: number, rank: number): readonly number[] | null {
    const given = this.ints('axes') ?? (this.has(index) ? this.wholes(index) : null);
    return given && given.map((axis) => this.axis(axis, rank));
  }

  axis(axis: number, rank: number): number {
    const own = axis < 0 ? axis + rank : axis;
    return own >= 0 && own < rank ? own : this.refuseOption('axis', axis);
  }

  /** The shape of input `index` with as many pictures as the file says. */
  dims(index: number): readonly number[] {
    return this.view(index).dims.with(0, this.values.batch);
  }

  view(index: number): MapView {
    const value = this.value(index);
    return isMap(value) ? value : this.refuse(m.onnx_map({ index }));
  }

  /** The value as [h, w, c], where the view is an NCHW map; null for any other. */
  channelsFirst(view: MapView): Value | null {
    const shape = asChannelsFirst(view);
    return shape && this.shaped(view.value, shape);
  }

  /** The value in the shape of the view, where their numbers lie in the same order; null where they do not. */
  inOrder(view: MapView): Value | null {
    return view.dims[0] === 1 && isInOrder(view) ? this.shaped(view.value, view.dims.slice(1)) : null;
  }

  private shaped(value: Value, shape: readonly number[]): Value {
    return value.shape.join() === shape.join() ? value : this.builder.reshape(this.part(), value, shape);
  }

  /** Input `index` as an NHWC map. */
  map(index: number): Value {
    const view = this.view(index);
    return this.channelsFirst(view) ?? this.refuseLayout(view);
  }

  refuseLayout({ dims }: MapView): never {
    return this.refuse(m.onnx_layout({ shape: dims.join('×') }));
  }
}

/** What a node that reads at least one map gives. */
export type MapRule = (node: NodeView) => MapView;

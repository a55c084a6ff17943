/** @file Step 2, shapes: the growing list of ops while a table is lowered; each verb appends one op and moves on to its map. */
import type { Architecture, Norm, Shape, SqueezeExcite, Stride } from '$lib/arch/architecture';
import type { Activation, Op } from './op';
import { outSize, padding2d, type Window } from './shape';

/** A place in the graph: an op (or '' for the picture) and the map it gives. */
export interface Place {
  readonly id: string;
  readonly shape: Shape;
}

/** What a windowed op needs besides its place; `norm` and `bias` are the table's own unless given. */
export interface WindowedLayer {
  readonly kernel: number;
  readonly nl: Activation;
  readonly stride?: Stride;
  readonly dilation?: number;
  readonly norm?: Norm | null;
  readonly bias?: boolean;
}

/** Builds the list; `at` is what the next op reads. */
export class Lowering {
  readonly ops: Op[] = [];
  at: Place;
  column = 0;

  constructor(private readonly arch: Architecture) {
    this.at = { id: '', shape: arch.input };
  }

  private push(op: Op): void {
    this.ops.push(op);
    this.at = { id: op.id, shape: op.out };
  }

  private base(id: string) {
    return { id, column: this.column, inputs: [this.at.id], in: this.at.shape };
  }

  private sized(window: Window, channels: number): Shape {
    const { shape } = this.at;
    const { padding } = this.arch;
    return [outSize(shape[0], window, padding), outSize(shape[1], window, padding), channels];
  }

  // Search lowers tables by the million: both windowed ops are written in one piece, which spreads are slow to do.
  conv(id: string, out: number, layer: WindowedLayer): void {
    const { arch, at, column } = this;
    const { kernel, nl, stride = 1, dilation = 1, norm = arch.norm, bias = arch.convBias } = layer;
    const window: Window = { kernel, stride, dilation };
    this.push({
      kind: 'conv',
      id,
      column,
      inputs: [at.id],
      in: at.shape,
      out: this.sized(window, out),
      kernel,
      stride,
      dilation,
      pad: padding2d(at.shape, window, arch.padding),
      norm,
      bias: norm === null && bias,
      nl
    });
  }

  /** A 1x1 convolution of the table's own norm. */
  pointwise(id: string, out: number, nl: Activation): void {
    this.conv(id, out, { kernel: 1, nl });
  }

  depthwise(id: string, layer: WindowedLayer, multiplier = 1): void {
    const { arch, at, column } = this;
    const { kernel, nl, stride = 1, dilation = 1, norm = arch.norm, bias = arch.convBias } = layer;
    const window: Window = { kernel, stride, dilation };
    this.push({
      kind: 'depthwise',
      multiplier,
      id,
      column,
      inputs: [at.id],
      in: at.shape,
      out: this.sized(window, at.shape[2] * multiplier),
      kernel,
      stride,
      dilation,
      pad: padding2d(at.shape, window, arch.padding),
      norm,
      bias: norm === null && bias,
      nl
    });
  }

  /** Transposed convolution that makes the map `kernel` times as large. */
  transposedConv(id: string, out: number, layer: { readonly kernel: number; readonly nl: Activation }): void {
    const [height, width] = this.at.shape;
    const { kernel, nl } = layer;
    this.push({ kind: 'transposedConv', ...this.base(id), out: [height * kernel, width * kernel, out], kernel, nl });
  }

  pool(id: string): void {
    this.push({ kind: 'pool', ...this.base(id), out: [1, 1, this.at.shape[2]] });
  }

  /** Averages windows; one larger than the map is cut to it. */
  averagePool(id: string, window: { readonly kernel: readonly number[]; readonly stride: readonly number[] }): void {
    const [height, width, channels] = this.at.shape;
    const kernel = [Math.min(window.kernel[0] ?? 1, height), Math.min(window.kernel[1] ?? 1, width)] as const;
    const stride = [window.stride[0] ?? 1, window.stride[1] ?? 1] as const;
    const out: Shape = [
      Math.floor((height - kernel[0]) / stride[0]) + 1,
      Math.floor((width - kernel[1]) / stride[1]) + 1,
      channels
    ];
    this.push({ kind: 'averagePool', ...this.base(id), out, kernel, stride });
  }

  dense(id: string, out: number, layer: { readonly nl: Activation; readonly bias: boolean }): void {
    this.push({ kind: 'dense', ...this.base(id), out: [1, 1, out], bias: layer.bias, nl: layer.nl });
  }

  resize(id: string, [height, width]: readonly number[]): void {
    this.push({ kind: 'resize', ...this.base(id), out: [height ?? 1, width ?? 1, this.at.shape[2]] });
  }

  /** Scales the map at `from` by the gates at the current place. */
  multiply(id: string, from: Place): void {
    const { id: at, shape: gate } = this.at;
    const { id: map, shape } = from;
    this.push({ kind: 'multiply', id, column: this.column, inputs: [map, at], in: shape, out: shape, gate });
  }

  /** Adds the map of an earlier op to the current one. */
  add(id: string, skip: Place): void {
    const { id: at, shape } = this.at;
    this.push({ kind: 'add', id, column: this.column, inputs: [at, skip.id], in: shape, out: shape });
  }

  /** Reads each map as rows of `width` numbers and stacks them. */
  concatRows(id: string, parts: readonly Place[], width: number): void {
    const rows = parts.reduce((sum, { shape }) => sum + (shape[0] * shape[1] * shape[2]) / width, 0);
    const first = parts[0] ?? this.at;
    const inputs = parts.map((part) => part.id);
    this.push({
      kind: 'concat',
      axis: 'rows',
      id,
      column: this.column,
      inputs,
      in: first.shape,
      out: [1, rows, width]
    });
  }

  /** Puts maps of equal height and width side by side. */
  concatChannels(id: string, parts: readonly Place[]): void {
    const first = parts[0] ?? this.at;
    const channels = parts.reduce((sum, { shape }) => sum + shape[2], 0);
    const out: Shape = [first.shape[0], first.shape[1], channels];
    const inputs = parts.map((part) => part.id);
    this.push({ kind: 'concat', axis: 'channels', id, column: this.column, inputs, in: first.shape, out });
  }

  /** Pool, squeeze and excite: leaves the gates as the current place. */
  gates(id: string, se: Omit<SqueezeExcite, 'place'>, channels: number): void {
    this.pool(`${id}.pool`);
    if (se.norm) {
      this.conv(`${id}.squeeze`, se.channels, { kernel: 1, nl: se.nl, bias: se.bias });
      this.conv(`${id}.excite`, channels, { kernel: 1, nl: se.gate, bias: se.bias });
    } else {
      this.dense(`${id}.squeeze`, se.channels, { nl: se.nl, bias: se.bias });
      this.dense(`${id}.excite`, channels, { nl: se.gate, bias: se.bias });
    }
  }

  /** Squeeze-and-excite of the current map (MobileNetV3 §5.3). */
  squeezeExcite(id: string, se: SqueezeExcite): void {
    const from = this.at;
    this.gates(id, se, from.shape[2]);
    this.multiply(`${id}.scale`, from);
  }
}

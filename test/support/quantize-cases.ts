/** @file Test support: graphs of one 8-bit node drawn by seed, and how far LiteRT's stored numbers are from the simulator's. */
import { rngOf } from '../../src/lib/base/rng';
import type { Range } from '../../src/lib/export/quantize/activations';
import { planQuantization } from '../../src/lib/export/quantize/plan';
import { openSimulator, type QuantizedGraph } from '../../src/lib/export/quantize/simulate';
import type { Fused, LiteGraph, LiteNode } from '../../src/lib/export/tflite/lite-graph';
import { toTflite } from '../../src/lib/export/tflite/tflite';
import { padOf } from '../../src/lib/import/graph/map';
import type { Tensor } from '../../src/lib/weights/checkpoint';
import { liteRtHere } from './runtimes';

/** A graph with what was seen of each value, and a picture. */
export interface QuantizeCase {
  readonly graph: LiteGraph;
  readonly ranges: ReadonlyMap<string, Range>;
  readonly image: Float32Array;
}

/** Draws what a case is made of. */
export class Draw {
  private readonly rng;

  constructor(seed: number) {
    this.rng = rngOf(seed);
  }

  whole(least: number, most: number): number {
    return least + this.rng.below(most - least + 1);
  }

  real(from: number, to: number): number {
    return from + ((to - from) * this.rng.below(1 << 30)) / 2 ** 30;
  }

  pick<T>(...from: readonly T[]): T {
    return from[this.rng.below(from.length)] as T;
  }

  reals(count: number, [from, to]: Range): Float32Array {
    return Float32Array.from({ length: count }, () => this.real(from, to));
  }

  /** Anything a layer may answer: about 0 or on one side of it, small or large. */
  range(): Range {
    const size = this.pick(0.1, 1, 6, 40);
    return [this.pick(0, -size * this.real(0.05, 1)), size * this.real(0.2, 1)];
  }

  tensor(shape: readonly number[]): Tensor {
    const count = shape.reduce((product, side) => product * side, 1);
    return { shape, data: this.reals(count, [-1, 1]) };
  }
}

type Size = readonly [number, number, number];

/** The node on test, named 'node', on a map of this size; other nodes where it reads two values. */
export type NodeDraw = (draw: Draw, size: Size) => readonly LiteNode[];

/** A window and the size of what it gives. */
function windowed(draw: Draw, size: Size, kernels: readonly number[]) {
  const kernel = [draw.pick(...kernels), draw.pick(...kernels)] as const;
  const dilates = draw.pick(false, false, true);
  const stride = dilates ? ([1, 1] as const) : ([draw.whole(1, 2), draw.whole(1, 2)] as const);
  const gap = dilates ? 2 : 1;
  const fits = size[0] >= kernel[0] * gap && size[1] >= kernel[1] * gap;
  const window = {
    stride,
    dilation: [gap, gap] as const,
    padding: fits ? draw.pick('same', 'valid') : 'same'
  } as const;
  const [top, bottom, left, right] = padOf(window, kernel, size);
  const sides = [size[0] + top + bottom, size[1] + left + right].map(
    (side, i) => Math.floor((side - ((kernel[i] ?? 1) - 1) * gap - 1) / (stride[i] ?? 1)) + 1
  );
  return { kernel, window, sides };
}

const fused = (draw: Draw): Fused => draw.pick('linear', 'relu', 'relu6');
const bias = (draw: Draw, filters: number): Float32Array | null => draw.pick(null, draw.reals(filters, [-2, 2]));

const one = { inputs: [''], name: 'node' };

/** Two values of one size, or one spread over the other. */
function pair(kind: 'add' | 'multiply', spread: boolean): NodeDraw {
  return (draw, size) => {
    const other: LiteNode = spread
      ? { kind: 'mean', name: 'other', inputs: [''], out: [1, 1, size[2]] }
      : { kind: 'multiplyConstant', name: 'other', inputs: [''], out: size, value: 1.5, nl: 'linear' };
    const inputs = draw.pick(['', 'other'], ['other', '']);
    return [other, { kind, name: 'node', inputs, out: size }];
  };
}

const constant =
  (kind: 'addConstant' | 'multiplyConstant', value: number): NodeDraw =>
  (draw, size) => [{ kind, ...one, out: size, value, nl: fused(draw) }];

const activation =
  (nl: 'relu' | 'relu6' | 'hardSwish' | 'sigmoid'): NodeDraw =>
  (_, size) => [{ kind: 'activation', ...one, out: size, nl }];

/** Every kind of node that is written in 8 bits. */
export const nodeDraws: Readonly<Record<string, NodeDraw>> = {
  conv: (draw, size) => {
    const { kernel, window, sides } = windowed(draw, size, [1, 2, 3, 5]);
    const filters = draw.whole(1, 40);
    const weight = draw.tensor([...kernel, size[2], filters]);
    return [
      { kind: 'conv', ...one, ...window, out: [...sides, filters], weight, bias: bias(draw, filters), nl: fused(draw) }
    ];
  },
  'conv 1×1 of many channels': (draw, [height, width, channels]) => {
    const [wide, filters] = [draw.whole(200, 900), draw.whole(8, 70)];
    const plain = { stride: [1, 1], dilation: [1, 1], padding: 'valid' } as const;
    const out = [height, width, wide];
    return [
      {
        kind: 'conv',
        name: 'other',
        inputs: [''],
        ...plain,
        out,
        weight: draw.tensor([1, 1, channels, wide]),
        bias: null,
        nl: 'linear'
      },
      {
        kind: 'conv',
        ...one,
        inputs: ['other'],
        ...plain,
        out: [height, width, filters],
        weight: draw.tensor([1, 1, wide, filters]),
        bias: bias(draw, filters),
        nl: fused(draw)
      }
    ];
  },
  depthwise: (draw, size) => {
    const { kernel, window, sides } = windowed(draw, size, [1, 3, 5, 7]);
    const multiplier = draw.pick(1, 1, 2, 3);
    const filters = size[2] * multiplier;
    const weight = draw.tensor([...kernel, size[2], multiplier]);
    return [
      {
        kind: 'depthwise',
        ...one,
        ...window,
        out: [...sides, filters],
        weight,
        bias: bias(draw, filters),
        nl: fused(draw)
      }
    ];
  },
  'conv with dead filters': (draw, [height, width, channels]) => {
    const filters = draw.whole(2, 9);
    const weight = draw.tensor([1, 1, channels, filters]);
    // Training leaves filters of nothing with a bias of their own.
    weight.data.forEach((value, i) => (weight.data[i] = i % filters === 0 ? value * draw.pick(0, 1e-12, 1e-6) : value));
    const plain = { stride: [1, 1], dilation: [1, 1], padding: 'valid' } as const;
    const own = { weight, bias: draw.reals(filters, [-2, 2]), nl: fused(draw) };
    return [{ kind: 'conv', ...one, ...plain, ...own, out: [height, width, filters] }];
  },
  dense: (draw, [height, width, channels]) => {
    const [wide, filters] = [height * width * channels, draw.whole(1, 50)];
    return [
      { kind: 'reshape', name: 'other', inputs: [''], out: [wide] },
      {
        kind: 'dense',
        ...one,
        inputs: ['other'],
        out: [filters],
        weight: draw.tensor([wide, filters]),
        bias: bias(draw, filters),
        nl: fused(draw)
      }
    ];
  },
  transposedConv: (draw, [height, width, channels]) => {
    const [kernel, filters] = [draw.pick(2, 3, 4), draw.whole(1, 20)];
    const out = [height * kernel, width * kernel, filters];
    const weight = draw.tensor([kernel, kernel, channels, filters]);
    return [{ kind: 'transposedConv', ...one, stride: [kernel, kernel], out, weight, bias: bias(draw, filters) }];
  },
  add: pair('add', false),
  'add of a pixel': pair('add', true),
  multiply: pair('multiply', false),
  'multiply by a pixel': pair('multiply', true),
  'plus 3': constant('addConstant', 3),
  'a sixth': constant('multiplyConstant', 1 / 6),
  relu: activation('relu'),
  relu6: activation('relu6'),
  sigmoid: activation('sigmoid'),
  hardSwish: activation('hardSwish'),
  mean: (_, [, , channels]) => [{ kind: 'mean', ...one, out: [1, 1, channels] }],
  averagePool: (draw, [height, width, channels]) => {
    const window = [draw.whole(1, height), draw.whole(1, width)] as const;
    const stride = [draw.whole(1, 3), draw.whole(1, 3)] as const;
    const sides = [height, width].map((side, i) => Math.floor((side - (window[i] ?? 1)) / (stride[i] ?? 1)) + 1);
    return [{ kind: 'averagePool', ...one, out: [...sides, channels], window, stride }];
  },
  resize: (draw, [, , channels]) => [
    { kind: 'resize', ...one, out: [draw.whole(1, 30), draw.whole(1, 30), channels], centres: 'halfPixel' }
  ],
  pad: (draw, [height, width, channels]) => {
    const pad = [draw.whole(0, 3), draw.whole(0, 3), draw.whole(0, 3), draw.whole(0, 3)] as const;
    return [{ kind: 'pad', ...one, out: [height + pad[0] + pad[1], width + pad[2] + pad[3], channels], pad }];
  },
  concat: (draw, [height, width, channels]) => {
    const axis = draw.pick(0, 1, 2, -1);
    const out = [height, width, channels].with(axis, [height, width, channels].at(axis) * 2);
    const other: LiteNode = {
      kind: 'multiplyConstant',
      name: 'other',
      inputs: [''],
      out: [height, width, channels],
      value: 0.5,
      nl: 'linear'
    };
    return [other, { kind: 'concat', ...one, inputs: ['', 'other'], out, axis }];
  },
  reshape: (_, [height, width, channels]) => [{ kind: 'reshape', ...one, out: [height * width, channels] }]
};

/** What a value was seen to reach, and a bit less or more: as calibration on other pictures finds it. */
function seenRange(draw: Draw, data: Float32Array): Range {
  const [low, high] = data.reduce<Range>(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [0, 0]);
  return [low * draw.real(0.7, 1.2), high * draw.real(0.7, 1.2)];
}

/** A case of one node by seed. */
export function drawCase(make: NodeDraw, seed: number): QuantizeCase {
  const draw = new Draw(seed);
  const input: Size = [draw.whole(1, 9), draw.whole(1, 9), draw.whole(1, 24)];
  const nodes = make(draw, input);
  const names = nodes.map(({ name }) => name);
  const image = draw.reals(input[0] * input[1] * input[2], draw.range());
  const graph = { name: 'case', input, nodes, outputs: names };
  const values = openSimulator({ graph, plan: new Map(), floats: new Set(names) })(image);
  const ranges = new Map(['', ...names].map((name) => [name, seenRange(draw, values.real(name))] as const));
  return { graph, ranges, image };
}

/** Stored numbers of an output that was answered as floats. */
const storedAgain = (data: Float32Array, { scale, zeroPoint }: { scale: number; zeroPoint: number }): number[] =>
  Array.from(data, (value) => Math.round(value / scale) + zeroPoint);

/** How many stored numbers differ, and by how much at most; whether fast kernels took every operator. */
export interface StoredGap {
  readonly most: number;
  readonly wrong: number;
  readonly all: number;
  readonly accelerated: boolean | null;
}

/** Runs a network in LiteRT and in the simulator on one picture and compares its outputs. */
export async function storedGap(quantized: QuantizedGraph, image: Float32Array): Promise<StoredGap> {
  const { graph, plan, floats } = quantized;
  const file = toTflite(graph, { kind: 'int8', plan, floats, io: 'float32' });
  const model = await (await liteRtHere()).open(file, graph.input);
  const found = await model.run(image, 1);
  const { accelerated } = model;
  model.dispose();
  const values = openSimulator(quantized)(image);
  const gaps = graph.outputs.flatMap((name) => {
    const grid = plan.get(name);
    const data = found.find((output) => output.name === name)?.data ?? new Float32Array();
    if (!grid) throw new Error(`test: ${name} has no grid`);
    const [mine, theirs] = [values.stored(name), storedAgain(data, grid)];
    if (mine.length !== theirs.length) return [Infinity];
    return theirs.map((value, i) => Math.abs(value - (mine[i] as number)));
  });
  const most = gaps.reduce((worst, gap) => Math.max(worst, gap), 0);
  return { most, wrong: gaps.filter((gap) => gap > 0).length, all: gaps.length, accelerated };
}

/** The gap of a drawn case, all of it in 8 bits. */
export function gapOf({ graph, ranges, image }: QuantizeCase): Promise<StoredGap> {
  const floats = new Set<string>();
  return storedGap({ graph, plan: planQuantization(graph, ranges, floats), floats }, image);
}

/** @file Step 8, export: an 8-bit network as LiteRT runs it, number by number, without a runtime. */
import type { LiteGraph, LiteNode } from '../tflite/lite-graph';
import { floatKernel } from './float-kernels';
import { gridOf, integerKernel, type KernelSetting } from './integer-kernels';
import type { QuantizationPlan } from './plan';
import { dequantized, quantizedFloats } from './rounding';

/** A graph with the grids of its 8-bit values; nodes in `floats` stay in floats. */
export interface QuantizedGraph {
  readonly graph: LiteGraph;
  readonly plan: QuantizationPlan;
  readonly floats: ReadonlySet<string>;
}

/** The sizes of a graph's values; the empty name is the picture. */
export function liteShapes({ input, nodes }: LiteGraph): ReadonlyMap<string, readonly number[]> {
  return new Map<string, readonly number[]>([['', input], ...nodes.map(({ name, out }) => [name, out] as const)]);
}

/** What running one node of a graph takes. */
export interface SimulatedSetting extends KernelSetting {
  readonly floats: ReadonlySet<string>;
}

/** The values of one picture as they come to be: stored numbers, floats, or both where both are read. */
export class SimulatedValues {
  private readonly integers = new Map<string, Int8Array>();
  private readonly reals = new Map<string, Float32Array>();

  constructor(private readonly plan: QuantizationPlan) {}

  define(name: string, value: Int8Array | Float32Array): void {
    if (value instanceof Int8Array) this.integers.set(name, value);
    else this.reals.set(name, value);
  }

  /** Forgets a value that nobody reads any more. */
  drop(name: string): void {
    this.integers.delete(name);
    this.reals.delete(name);
  }

  /** A value as stored numbers; floats are quantized once. */
  stored(name: string): Int8Array {
    const known = this.integers.get(name);
    if (known) return known;
    const made = quantizedFloats(this.found(this.reals, name), gridOf(this.plan, name));
    this.integers.set(name, made);
    return made;
  }

  /** A value as floats. */
  real(name: string): Float32Array {
    const known = this.reals.get(name);
    if (known) return known;
    const made = dequantized(this.found(this.integers, name), gridOf(this.plan, name));
    this.reals.set(name, made);
    return made;
  }

  private found<T>(values: ReadonlyMap<string, T>, name: string): T {
    const value = values.get(name);
    if (!value) throw new Error(`simulated value ${name}: must be there before it is read`);
    return value;
  }
}

/** A node ready to run: gives its value to those of a picture. */
export type SimulatedNode = (values: SimulatedValues) => void;

/** One node of a graph, in 8 bits or in floats. */
export function simulatedNode(node: LiteNode, { plan, floats, shapes }: SimulatedSetting): SimulatedNode {
  const { name, inputs } = node;
  if (floats.has(name)) {
    const kernel = floatKernel(node, shapes);
    return (values) => values.define(name, kernel(inputs.map((from) => values.real(from))));
  }
  const kernel = integerKernel(node, { plan, shapes });
  return (values) => values.define(name, kernel(inputs.map((from) => values.stored(from))));
}

/** Answers a picture: floats [h, w, c], or numbers already stored on the picture's grid. */
export type Simulator = (image: Float32Array | Int8Array) => SimulatedValues;

/**
 * The network as LiteRT 2.5 runs it on wasm: every value of a picture, the same whole numbers. Nodes kept in floats are
 * summed in another order than there: what then lies between two numbers of a grid may go the other way.
 */
export function openSimulator({ graph, plan, floats }: QuantizedGraph): Simulator {
  const shapes = liteShapes(graph);
  const nodes = graph.nodes.map((node) => simulatedNode(node, { plan, floats, shapes }));
  return (image) => {
    const values = new SimulatedValues(plan);
    values.define('', image);
    for (const run of nodes) run(values);
    return values;
  };
}

/** @file SIMD engine: the tensors of a network in its memory, with gradient and the optimiser's state once it trains. */
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorRole, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Arena } from './arena';

/** What may be kept for a tensor beside its value: gradient, optimiser state and the averaged value. */
export type Part = 'gradient' | 'velocity' | 'square' | 'average';

/** One tensor: byte offsets of its value and of each part, 0 until the part is opened. */
export interface Parameter extends Record<Part, number> {
  readonly spec: TensorSpec;
  readonly size: number;
  readonly value: number;
}

/** All tensors of a network in storage order. */
export interface Parameters {
  readonly all: readonly Parameter[];
  /** The tensor of an op by role; throws if the op has none. */
  of(op: Op, role: TensorRole): Parameter;
  /**
   * Gives every learned tensor (for `average`: every tensor) this part, zeros at first: one block in storage order, each
   * tensor at the next multiple of 64 bytes, with zeros between.
   */
  open(part: Part): void;
  /** Whether a part is opened. */
  has(part: Part): boolean;
  /** A view of a part's whole block; empty until it is opened, valid until the next `alloc`. */
  block(part: Part): Float32Array;
  /** Copies out the values or a part of the tensors that have it. */
  read(part: 'value' | Part): Tensors;
  /** Copies in tensors by name; throws on an unknown name or a wrong size. */
  write(tensors: Tensors, part?: 'value' | Part): void;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

const closed: Readonly<Record<Part, number>> = { gradient: 0, velocity: 0, square: 0, average: 0 };

/** Floats of 64 bytes: where the next tensor of a block begins. */
const LINE = 16;
const lines = (size: number): number => Math.ceil(size / LINE) * LINE;

function checked(spec: TensorSpec, tensor: Tensor | undefined): Tensor {
  const { name } = spec;
  const shape = `[${spec.shape.join(', ')}]`;
  if (!tensor) throw new Error(m.engine_tensor_missing({ name, shape }));
  const fits = tensor.shape.join() === spec.shape.join() && tensor.data.length === sizeOf(spec.shape);
  if (!fits) throw new Error(m.engine_tensor_shape({ name, shape, got: `[${tensor.shape.join(', ')}]` }));
  return tensor;
}

/** Places the tensors of the ops in memory with the given values; throws if one is missing or has another shape. */
export function placeParameters(arena: Arena, ops: readonly Op[], tensors: Tensors): Parameters {
  const byName = new Map<string, Parameter>();
  for (const spec of ops.flatMap(tensorsOf)) {
    const { data } = checked(spec, tensors[spec.name]);
    const value = arena.alloc(data.length);
    arena.floats(value, data.length).set(data);
    byName.set(spec.name, { spec, size: data.length, value, ...closed });
  }
  const all = [...byName.values()];
  const blocks = new Map<Part, { readonly pointer: number; readonly size: number }>();
  const named = (name: string): Parameter => {
    const found = byName.get(name);
    if (!found) throw new Error(m.engine_tensor_unknown({ name }));
    return found;
  };
  return {
    all,
    of: (op, role) => named(`${op.id}.${role}`),
    open(part) {
      if (blocks.has(part)) return;
      const held = part === 'average' ? all : all.filter(({ spec }) => spec.trainable);
      const size = held.reduce((sum, parameter) => sum + lines(parameter.size), 0);
      const pointer = arena.alloc(size);
      blocks.set(part, { pointer, size });
      let at = pointer;
      for (const parameter of held) {
        parameter[part] = at;
        at += lines(parameter.size) * 4;
      }
    },
    has: (part) => blocks.has(part),
    block(part) {
      const { pointer, size } = blocks.get(part) ?? { pointer: 0, size: 0 };
      return arena.floats(pointer, size);
    },
    read(part) {
      const held = all.filter((parameter) => parameter[part] !== 0);
      const tensor = (p: Parameter): Tensor => ({ shape: p.spec.shape, data: arena.floats(p[part], p.size).slice() });
      return Object.fromEntries(held.map((parameter) => [parameter.spec.name, tensor(parameter)]));
    },
    write(given, part = 'value') {
      for (const [name, tensor] of Object.entries(given)) {
        const parameter = named(name);
        arena.floats(parameter[part], parameter.size).set(checked(parameter.spec, tensor).data);
      }
    }
  };
}

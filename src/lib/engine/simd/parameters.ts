/** @file SIMD engine: the tensors of a network in its memory, with gradient and momentum once it trains. */
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorRole, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Arena } from './arena';

/** One tensor: byte offsets of value, gradient and velocity; the last two are 0 until `openGradients`. */
export interface Parameter {
  readonly spec: TensorSpec;
  readonly size: number;
  readonly value: number;
  gradient: number;
  velocity: number;
}

/** All tensors of a network in storage order. */
export interface Parameters {
  readonly all: readonly Parameter[];
  /** The tensor of an op by role; throws if the op has none. */
  of(op: Op, role: TensorRole): Parameter;
  /** Gives every learned tensor its gradient and velocity. */
  openGradients(): void;
  /** Copies out the values, or the gradients of the learned tensors. */
  read(part: 'value' | 'gradient'): Tensors;
  /** Copies in tensors by name; throws on an unknown name or a wrong size. */
  write(tensors: Tensors): void;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

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
    byName.set(spec.name, { spec, size: data.length, value, gradient: 0, velocity: 0 });
  }
  const all = [...byName.values()];
  const named = (name: string): Parameter => {
    const found = byName.get(name);
    if (!found) throw new Error(m.engine_tensor_unknown({ name }));
    return found;
  };
  return {
    all,
    of: (op, role) => named(`${op.id}.${role}`),
    openGradients() {
      for (const parameter of all) {
        if (!parameter.spec.trainable || parameter.gradient !== 0) continue;
        parameter.gradient = arena.alloc(parameter.size);
        parameter.velocity = arena.alloc(parameter.size);
      }
    },
    read(part) {
      const held = all.filter((parameter) => parameter[part] !== 0);
      const tensor = (p: Parameter): Tensor => ({ shape: p.spec.shape, data: arena.floats(p[part], p.size).slice() });
      return Object.fromEntries(held.map((parameter) => [parameter.spec.name, tensor(parameter)]));
    },
    write(given) {
      for (const [name, tensor] of Object.entries(given)) {
        const { spec, size, value } = named(name);
        arena.floats(value, size).set(checked(spec, tensor).data);
      }
    }
  };
}

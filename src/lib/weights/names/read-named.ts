/** @file Step 4, network: tensors under anyone's names as ours, or the list of what does not fit. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { allFinite, type Tensor, type Tensors } from '../checkpoint';
import { conventions, isHeadName, namedTensors, orderOf, type Convention, type NamedTensor } from './convention';
import { sameShape, toOurs } from './layout';

/** A tensor of another shape than the table's. */
export interface ShapeMismatch {
  readonly name: string;
  readonly want: readonly number[];
  readonly got: readonly number[];
}

export type ReadNamed =
  | {
      readonly kind: 'ok';
      readonly tensors: Tensors;
      readonly convention: Convention;
      /** Tensors of a head, which a table that answers rows does not need. */
      readonly leftOut: readonly string[];
    }
  | {
      readonly kind: 'mismatch';
      /** The convention whose names fit best. */
      readonly convention: Convention;
      readonly missing: readonly string[];
      readonly extra: readonly string[];
      readonly shapes: readonly ShapeMismatch[];
      readonly notFinite: readonly string[];
      /** All of it in words. */
      readonly issues: readonly Issue[];
    };

const isCounter = (name: string): boolean => name.endsWith('num_batches_tracked');

/** 'Conv1/Conv1/kernel:0', as HDF5 files nest it, is 'Conv1/kernel'. */
function kerasName(name: string): string {
  const parts = name.replace(/:\d+$/, '').split('/');
  const variable = parts.pop() ?? '';
  const half = parts.length / 2;
  const twice = half > 0 && parts.slice(0, half).join() === parts.slice(half).join();
  return [...(twice ? parts.slice(half) : parts), variable].join('/');
}

/** Names without what wrappers add: PyTorch's 'module.' in front of all, Keras' ':0' behind. Counters of steps are dropped. */
function cleaned(tensors: Tensors): ReadonlyMap<string, Tensor> {
  const entries = Object.entries(tensors).filter(([name]) => !isCounter(name));
  const prefix = ['module.', 'model.', '_orig_mod.'].find((text) => entries.every(([name]) => name.startsWith(text)));
  return new Map(entries.map(([name, tensor]) => [kerasName(name.slice(prefix?.length ?? 0)), tensor]));
}

const hits = (named: readonly NamedTensor[], given: ReadonlyMap<string, Tensor>): number =>
  named.filter(({ name }) => given.has(name)).length;

/** The convention most of whose names are there; this project's own when none is. */
function bestFit(arch: Architecture, given: ReadonlyMap<string, Tensor>) {
  let best = { convention: 'bneck' as Convention, named: namedTensors(arch, 'bneck') ?? [], found: 0 };
  for (const convention of conventions) {
    const named = namedTensors(arch, convention);
    const found = named ? hits(named, given) : 0;
    if (named && found > best.found) best = { convention, named, found };
  }
  return best;
}

const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * Reads tensors under the names of any convention as those of the table, layouts converted; which convention is found by
 * its names. A file of another network gives what is missing, extra, of another shape or not finite; nothing throws.
 */
export function readNamed(tensors: Tensors, arch: Architecture): ReadNamed {
  const given = cleaned(tensors);
  const { convention, named, found } = bestFit(arch, given);
  const known = new Set(named.map(({ name }) => name));
  const isLeftOut = (name: string): boolean => arch.head.kind === 'features' && isHeadName(name, arch, convention);
  const others = [...given.keys()].filter((name) => !known.has(name));
  const extra = others.filter((name) => !isLeftOut(name));
  const missing: string[] = [];
  const shapes: ShapeMismatch[] = [];
  const notFinite: string[] = [];
  const issues: Issue[] = [];
  const ours: [string, Tensor][] = [];
  if (found === 0 && given.size > 0) {
    const got = [...given.keys()][0] ?? '';
    issues.push({ path: '', message: m.weights_convention({ known: conventions.join(', '), got }) });
  }
  for (const { op, spec, name, shape } of named) {
    const tensor = given.get(name);
    if (!tensor) {
      missing.push(name);
      issues.push({ path: name, message: m.weights_missing({ want: show(shape) }) });
    } else if (!sameShape(tensor.shape, shape)) {
      shapes.push({ name, want: shape, got: tensor.shape });
      issues.push({ path: name, message: m.weights_shape({ want: show(shape), got: show(tensor.shape) }) });
    } else if (!allFinite(tensor)) {
      notFinite.push(name);
      issues.push({ path: name, message: m.weights_finite() });
    } else ours.push([spec.name, toOurs(op, spec, tensor.data, orderOf(convention))]);
  }
  for (const name of extra) issues.push({ path: name, message: m.weights_extra() });
  if (issues.length > 0) return { kind: 'mismatch', convention, missing, extra, shapes, notFinite, issues };
  return { kind: 'ok', tensors: Object.fromEntries(ours), convention, leftOut: others };
}

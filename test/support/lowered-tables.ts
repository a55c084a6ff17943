/** @file Test support: what may be wrong with a lowered table, looked for in random ones. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { totalCost } from '../../src/lib/cost/cost';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import type { Op } from '../../src/lib/ops/op';
import { tensorsOf } from '../../src/lib/ops/tensors';
import { randomTables } from './random-tables';

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** What is wrong with the shapes of one op, given the maps of the ops before it. */
function brokenShapes(op: Op, maps: ReadonlyMap<string, readonly number[]>): string[] {
  const inputs = op.inputs.map((id) => maps.get(id));
  if (inputs.some((shape) => shape === undefined)) return [`${op.id} reads what is not there yet`];
  const said: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds) said.push(`${op.id}: ${what}`);
  };
  const first = inputs[0] ?? [];
  const second = inputs[1] ?? [];
  must(op.in.join() === first.join(), 'in is the shape of its first input');
  must(
    op.out.every((n) => Number.isInteger(n) && n >= 1),
    'out is positive'
  );
  if (op.kind === 'add') must(first.join() === second.join() && op.out.join() === first.join(), 'adds equal shapes');
  if (op.kind === 'multiply') {
    const gates = second[0] === 1 && second[1] === 1 && second[2] === first[2];
    must(gates || second.join() === first.join(), 'scales by gates or a map of its shape');
  }
  if (op.kind === 'dense') must(op.in[0] === 1 && op.in[1] === 1, 'reads one pixel');
  if (op.kind === 'concat') {
    const total = inputs.reduce((sum, shape) => sum + sizeOf(shape ?? []), 0);
    must(sizeOf(op.out) === total, 'keeps every number');
  }
  if (op.kind === 'conv' || op.kind === 'depthwise') {
    const span = (op.kernel - 1) * op.dilation + 1;
    const covered = (axis: 0 | 1): number => op.in[axis] + op.pad[2 * axis]! + op.pad[2 * axis + 1]!;
    for (const axis of [0, 1] as const) {
      must((op.out[axis] - 1) * op.stride + span <= covered(axis), 'windows lie inside the padded map');
      must(op.pad[2 * axis]! < span && op.pad[2 * axis + 1]! < span, 'no window sees zeros alone');
    }
    if (op.norm) must(!op.bias, 'has norm or bias');
  }
  return said;
}

/** Everything wrong with a lowered table. */
function broken(arch: Architecture): string[] {
  const { ops, outputs } = lowerWithOutputs(arch);
  const maps = new Map<string, readonly number[]>([['', arch.input]]);
  const said = ops.flatMap((op) => {
    const wrong = brokenShapes(op, maps);
    if (maps.has(op.id)) wrong.push(`${op.id} is there twice`);
    maps.set(op.id, op.out);
    return wrong;
  });
  const cost = totalCost(ops);
  const tensors = ops.flatMap(tensorsOf);
  const elements = (trainable: boolean): number =>
    tensors.filter((spec) => spec.trainable === trainable).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (cost.params !== elements(true)) said.push('params are the sum of its tensors');
  if (cost.buffers !== elements(false)) said.push('buffers are the sum of its running statistics');
  if (new Set(tensors.map(({ name }) => name)).size !== tensors.length) said.push('tensor names are unique');
  if (outputs.length === 0 || outputs.some((id) => !maps.has(id))) said.push('outputs are maps');
  return said;
}

/** Lowers random tables: nothing may be wrong with any, and every kind of row and head must come by. */
export function lowerRandomTables(options: { readonly numRuns: number; readonly seed?: number }): void {
  const seen = new Set<string>();
  fc.assert(
    fc.property(randomTables(), (arch) => {
      for (const row of arch.rows) seen.add(row.kind);
      seen.add(arch.head.kind);
      expect(broken(arch)).toEqual([]);
    }),
    options
  );
  // The property means nothing unless every kind came by.
  expect([...seen].toSorted()).toEqual([
    'bneck',
    'classifier',
    'conv',
    'decoder',
    'depthwise',
    'features',
    'lraspp',
    'separable',
    'squeezeExcite',
    'ssdlite'
  ]);
}

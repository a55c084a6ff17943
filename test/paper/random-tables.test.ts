/** @file Random tables of every kind lower: shapes chain, params are the sum of their tensors. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Architecture } from '$lib/arch/architecture';
import { checkArchitecture } from '$lib/arch/parse';
import { totalCost } from '$lib/cost/cost';
import { randomTables } from '../support/random-tables';
import { lower, lowerWithOutputs } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { tensorsOf } from '$lib/ops/tensors';

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

describe('lower(table)', () => {
  test('lowers every valid table: shapes chain, params and buffers are the sum of its tensors', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(randomTables(), (arch) => {
        for (const row of arch.rows) seen.add(row.kind);
        seen.add(arch.head.kind);
        expect(broken(arch)).toEqual([]);
      }),
      { numRuns: 2000 }
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
  });

  test('the last map of a classifier is its classes, of LR-ASPP as large as the picture', () => {
    fc.assert(
      fc.property(randomTables(), (arch) => {
        const last = lower(arch).at(-1)?.out ?? arch.input;
        const { kind } = arch.head;
        if (kind === 'classifier') expect(last).toEqual([1, 1, arch.classes]);
        else if (kind === 'lraspp') expect(last).toEqual([arch.input[0], arch.input[1], arch.classes]);
        else if (kind === 'ssdlite') expect(last[2]).toBe(arch.classes + 4);
        else expect(last.every((n) => n > 0)).toBe(true);
      }),
      { numRuns: 500 }
    );
  });

  test('a random table is valid', () => {
    fc.assert(fc.property(randomTables(), (arch) => checkArchitecture(arch).length === 0));
    expect(fc.sample(randomTables(), 3)).toHaveLength(3);
  });
});

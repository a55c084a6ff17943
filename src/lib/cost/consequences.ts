/** @file Step 3, cost: what each difference between two tables does to shapes, parameters and multiply-adds, by itself. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { changesBetween } from '$lib/arch/changes';
import type { RowDifference } from '$lib/arch/diff';
import { lower } from '$lib/ops/lower';
import { totalCost } from './cost';

/** One kind of difference and its consequence when it alone is applied; effects of several do not simply add up. */
export interface Consequence {
  /** Path of the field below its row, stem or head ('se.nl'); 'row' where rows came, went or changed their kind. */
  readonly key: string;
  readonly differences: readonly RowDifference[];
  /** More (or fewer) than the first table has. */
  readonly params: number;
  readonly madds: number;
  /** The map after the last row, where it has another shape. */
  readonly lastMap: { readonly from: Shape; readonly to: Shape } | null;
}

interface Counted {
  readonly params: number;
  readonly madds: number;
  readonly lastMap: Shape;
}

function counted(arch: Architecture): Counted {
  const ops = lower(arch);
  const { params, madds } = totalCost(ops);
  const lastMap = ops.findLast(({ column }) => column <= arch.rows.length)?.out ?? arch.input;
  return { params, madds, lastMap };
}

/** The consequence of each field in which `b` differs from `a`, both valid tables, in the order of their diff. */
export function consequencesOf(a: Architecture, b: Architecture): Consequence[] {
  const before = counted(a);
  return changesBetween(a, b).map(({ key, differences, applied }) => {
    const after = counted(applied);
    const moved = before.lastMap.some((side, axis) => side !== after.lastMap[axis]);
    return {
      key,
      differences,
      params: after.params - before.params,
      madds: after.madds - before.madds,
      lastMap: moved ? { from: before.lastMap, to: after.lastMap } : null
    };
  });
}

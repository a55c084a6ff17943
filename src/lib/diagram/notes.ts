/** @file Diagram: the facts that the figure's notes tell, read from the columns. */
import type { Column } from './columns';
import type { Score } from './layout';

/** The first column from which every later bneck squeezes and excites, when three or more do and some before do not. */
export function excitedFrom(columns: readonly Column[]): number | null {
  const bnecks = columns.filter((column) => column.kind === 'bneck');
  const lastWithout = bnecks.findLastIndex((column) => column.se === null);
  if (lastWithout < 0 || bnecks.length - lastWithout < 4) return null;
  return bnecks[lastWithout + 1]?.index ?? null;
}

/** The dense layers at the end: how many, and their share of the whole in params and MAdds. */
export function headShare(columns: readonly Column[]): {
  readonly layers: number;
  readonly params: number;
  readonly madds: number;
} {
  const dense = columns.filter((column) => column.kind === 'dense');
  const sum = (list: readonly Column[], of: (column: Column) => number): number => list.reduce((s, c) => s + of(c), 0);
  return {
    layers: dense.length,
    params:
      sum(dense, (c) => c.params) /
      Math.max(
        1,
        sum(columns, (c) => c.params)
      ),
    madds:
      sum(dense, (c) => c.madds) /
      Math.max(
        1,
        sum(columns, (c) => c.madds)
      )
  };
}

/** Whether nothing between `left` and `right` rises above `y`, so that words may stand there. */
export function roomAbove(score: Score, left: number, right: number, y: number): boolean {
  if (right > score.sheet.width) return false;
  return score.blocks.every((block, i) => {
    const streamFrom = score.blocks[i - 1]?.right ?? block.x;
    if (block.right < left || streamFrom > right) return true;
    return score.sheet.ground - Math.max(block.from, block.to) > y;
  });
}

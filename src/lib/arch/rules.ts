/** @file Step 1, spec: what must hold between the fields of a table whose fields are each legal. */
import { m } from '$paraglide/messages';
import type { Architecture, Issue, Row } from './architecture';

const issue = (path: string, message: string): Issue => ({ path, message });

/** Side of a map after a row, or 0 where the window no longer fits. */
function sideAfter(
  side: number,
  row: { kernel: number; stride: number; dilation: number },
  arch: Architecture
): number {
  if (arch.padding !== 'valid') return Math.ceil(side / row.stride);
  return Math.max(0, Math.floor((side - (row.kernel - 1) * row.dilation - 1) / row.stride) + 1);
}

function mapIssues(arch: Architecture): readonly Issue[] {
  let sides = [arch.input[0], arch.input[1]];
  const step = (place: { kernel: number; stride: number; dilation: number }): boolean => {
    sides = sides.map((side) => sideAfter(side, place, arch));
    return sides.every((side) => side > 0);
  };
  if (arch.stem && !step({ ...arch.stem, dilation: 1 })) return [issue('stem.kernel', m.arch_map_empty())];
  for (const [index, row] of arch.rows.entries()) {
    if (row.kind === 'squeezeExcite') continue;
    if (!step(row)) return [issue(`rows.${index}.kernel`, m.arch_map_empty())];
    const joins = row.kind === 'bneck' && row.shortcut !== 'none' && row.stride === 1 && row.kernel > 1;
    if (joins && arch.padding === 'valid') return [issue(`rows.${index}.shortcut`, m.arch_valid_shortcut())];
  }
  return [];
}

/** Width of the map that row `index` reads. */
export function widthBefore(arch: Architecture, index: number): number {
  let width = arch.stem?.out ?? arch.input[2];
  for (const row of arch.rows.slice(0, index)) width = widthAfter(row, width);
  return width;
}

/** Width of the map a row gives. */
export function widthAfter(row: Row, width: number): number {
  if (row.kind === 'squeezeExcite') return width;
  return row.kind === 'depthwise' ? width * row.multiplier : row.out;
}

function headIssues(arch: Architecture): readonly Issue[] {
  const { head, rows, classes } = arch;
  const rowMissing = (path: string, index: number): Issue[] =>
    index < rows.length ? [] : [issue(path, m.arch_row_missing({ index, rows: rows.length }))];
  if (head.kind === 'classifier') {
    return classes < 2 ? [issue('classes', m.arch_classes_few())] : [];
  }
  if (head.kind === 'features') {
    return head.outIndices.flatMap((index, i) => rowMissing(`head.outIndices.${i}`, index));
  }
  if (head.kind === 'lraspp') return rowMissing('head.low', head.low);
  // Their own windows would shrink maps that are one pixel already, or are added to.
  if (arch.padding === 'valid') return [issue('padding', m.arch_head_padding())];
  if (head.kind === 'decoder') {
    return head.stages.flatMap(({ skip }, i) => rowMissing(`head.stages.${i}.skip`, skip - 1));
  }
  return rowMissing('head.tap', head.tap);
}

/** Every rule between fields that a table breaks. */
export function ruleIssues(arch: Architecture): readonly Issue[] {
  const bias = arch.norm && arch.convBias ? [issue('convBias', m.arch_bias_with_norm())] : [];
  return [...bias, ...mapIssues(arch), ...headIssues(arch)];
}

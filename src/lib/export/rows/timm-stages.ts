/** @file Step 8, export: a table's rows as stages of timm's block strings. */
import type { Architecture, Issue, Row } from '$lib/arch/architecture';
import { widthBefore } from '$lib/arch/rules';
import { stagePlaces } from '$lib/weights/names/timm';
import { blockOf, type BlockPlace } from './timm-blocks';

interface Block {
  readonly type: string;
  readonly kernel: number;
  readonly stride: number;
  readonly tokens: string;
}

/** Equal blocks in a row become one; only the first of them may stride. */
function grouped(blocks: readonly Block[]): readonly string[] {
  const groups: { block: Block; repeats: number }[] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    const same =
      last?.block.type === block.type && last.block.kernel === block.kernel && last.block.tokens === block.tokens;
    if (last && same && block.stride === 1) last.repeats += 1;
    else groups.push({ block, repeats: 1 });
  }
  return groups.map(({ block, repeats }) => {
    const { type, kernel, stride, tokens } = block;
    return `${type}_r${repeats}_k${kernel}_s${stride}_${tokens}`;
  });
}

const sizeOf = (row: Row): { kernel: number; stride: number } =>
  'kernel' in row ? { kernel: row.kernel, stride: row.stride } : { kernel: 1, stride: 1 };

/** The block strings of every stage, or the rows that none can say. */
export function stageTexts(
  arch: Architecture,
  shared: Omit<BlockPlace, 'width'>
): { readonly stages: readonly (readonly string[])[]; readonly issues: readonly Issue[] } {
  const places = stagePlaces(arch);
  const stages: Block[][] = [];
  const issues: Issue[] = [];
  for (const [index, row] of arch.rows.entries()) {
    const block = blockOf(row, { ...shared, width: widthBefore(arch, index) });
    if (block.kind === 'bad') {
      issues.push(...block.refused.map(({ field, message }) => ({ path: `rows.${index}.${field}`, message })));
      continue;
    }
    const [stage = 0] = places[index] ?? [];
    (stages[stage] ??= []).push({ ...sizeOf(row), type: block.type, tokens: block.tokens });
  }
  return { stages: issues.length > 0 ? [] : stages.map(grouped), issues };
}

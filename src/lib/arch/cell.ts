/** @file Step 1, spec: what a person may type into one cell of the table, and the answer when it is not legal. */
import { m } from '$paraglide/messages';
import type { Architecture, Issue } from './architecture';
import { nearestMultiples } from './divisible';
import { setExpSize, setField, setOut } from './edit';
import { maxWidth, widthStep } from './limits';
import { checkArchitecture } from './parse';

export type CellAnswer =
  { readonly kind: 'ok'; readonly arch: Architecture } | { readonly kind: 'bad'; readonly issue: Issue };

const bad = (path: string, message: string, nearest: readonly number[]): CellAnswer => ({
  kind: 'bad',
  issue: { path, message, nearest }
});

const isRowWidth = /^rows\.(\d+)\.(expSize|out)$/;
const setters = { expSize: setExpSize, out: setOut } as const;

function withWidth(arch: Architecture, path: string, value: number): Architecture {
  const [, row, field] = isRowWidth.exec(path) ?? [];
  if (field !== 'expSize' && field !== 'out') return setField(arch, path, value);
  return setters[field](arch, Number(row), value);
}

/**
 * Reads the text of a width cell that the table has ('rows.3.expSize', 'rows.3.out', 'stem.out', 'head.conv.out',
 * 'head.hidden.out', 'head.filters'): a multiple of 8 gives the edited table, anything else an issue with the two nearest legal widths.
 */
export function readWidthCell(arch: Architecture, path: string, text: string): CellAnswer {
  const typed = text.trim();
  const value = Number(typed);
  if (typed === '') return bad(path, m.arch_cell_empty(), []);
  if (!Number.isFinite(value)) return bad(path, m.arch_cell_not_number({ typed }), []);
  const top = maxWidth - (maxWidth % widthStep);
  if (value <= 0) return bad(path, m.arch_cell_small({ typed, least: widthStep }), [widthStep, 2 * widthStep]);
  if (value > maxWidth) return bad(path, m.arch_cell_large({ typed, most: maxWidth }), [top, top - widthStep]);
  if (value % widthStep !== 0) {
    return bad(path, m.arch_cell_step({ typed, step: widthStep }), nearestMultiples(value, widthStep));
  }
  const edited = withWidth(arch, path, value);
  const issue = checkArchitecture(edited)[0];
  return issue ? { kind: 'bad', issue } : { kind: 'ok', arch: edited };
}

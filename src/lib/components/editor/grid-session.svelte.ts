/** @file Components: one visit to the grid: where the focus is, and what is being typed or was refused. */
import type { Issue } from '$lib/arch/architecture';
import type { Column } from '$lib/diagram/columns';
import { cellOf, optionTyped, stepped, type Cell, type Field, type Option } from './cells';
import { gridKey, type GridAct, type Place } from './grid-keys';

/** Lines of the grid from the top: number, operator, the fields, then the derived ones. */
export const fieldLine = 2;

export interface Typing {
  readonly place: Place;
  readonly text: string;
  readonly issue: Issue | null;
  /** What the cell said before; when that changes under the hand, the typing is over. */
  readonly was: string;
}

export interface GridVerbs {
  readonly columns: () => readonly Column[];
  /** The fields shown, in order, and how many computed lines follow them. */
  readonly fields: () => readonly Field[];
  readonly computed: () => number;
  readonly commit: (cell: Cell, value: Option['value']) => readonly Issue[];
  readonly select: (column: number) => void;
  /** Moves a row and returns the column where it is now. */
  readonly shift: (column: number, by: 1 | -1) => number;
  readonly remove: (column: number) => void;
}

const step = 8;

/** The two legal values offered for a refused text, nearest first. */
export function nearestOf(cell: Cell, text: string, issue: Issue | null): readonly (number | string)[] {
  if (issue?.nearest) return issue.nearest;
  if (cell.options.length === 0) return [];
  const typed = Number(text);
  const sorted = [...cell.options].sort(
    (a, b) => Math.abs(Number(a.value) - typed) - Math.abs(Number(b.value) - typed)
  );
  return sorted.slice(0, 2).map((option) => option.text);
}

export class GridSession {
  at = $state.raw<Place>({ line: fieldLine, column: 0 });
  typing = $state.raw<Typing | null>(null);
  readonly #verbs: GridVerbs;

  constructor(verbs: GridVerbs) {
    this.#verbs = verbs;
  }

  /** The field shown on a line, or null. */
  fieldAt(line: number): Field | null {
    return this.#verbs.fields()[line - fieldLine] ?? null;
  }

  /** The editable cell at a place, or null. */
  cellAt({ line, column }: Place): Cell | null {
    const field = this.fieldAt(line);
    const of = this.#verbs.columns()[column];
    return field && of ? cellOf(of, field) : null;
  }

  isTyping(line: number, column: number): boolean {
    const { typing } = this;
    if (typing?.place.line !== line || typing.place.column !== column) return false;
    return this.cellAt(typing.place)?.text === typing.was;
  }

  /** A press on a cell: numbers are typed, choices step on. */
  press(place: Place): void {
    this.at = place;
    const cell = this.cellAt(place);
    if (!cell) return;
    if (cell.how === 'width' || cell.how === 'count')
      this.typing = { place, text: cell.text, issue: null, was: cell.text };
    else this.#take(cell, stepped(cell, 1));
  }

  type(text: string): void {
    if (this.typing) this.typing = { ...this.typing, text, issue: null };
  }

  cancel(): void {
    this.typing = null;
  }

  /** Takes what was typed; true when the cell is done, false when the text was refused and stays. */
  settle(text: string): boolean {
    const { typing } = this;
    const cell = typing && this.cellAt(typing.place);
    if (!typing || !cell) return true;
    const issue = this.#read(cell, text.replace(/[,\s](?=\d)/g, ''));
    this.typing = issue ? { ...typing, text, issue } : null;
    return issue === null;
  }

  /** Does what a key means at the focused cell; false when the grid has no use for it. */
  key(event: { key: string; altKey: boolean; ctrlKey: boolean; metaKey: boolean }): boolean {
    const lines = fieldLine + this.#verbs.fields().length + this.#verbs.computed();
    const size = { lines, columns: this.#verbs.columns().length };
    const act = gridKey({ key: event.key, alt: event.altKey, mod: event.ctrlKey || event.metaKey }, this.at, size);
    return act !== null && this.#do(act);
  }

  #do(act: GridAct): boolean {
    const { column } = this.at;
    const cell = this.cellAt(this.at);
    if (act.kind === 'go') {
      this.at = act.to;
      this.#verbs.select(act.to.column);
    } else if (act.kind === 'shift') this.at = { ...this.at, column: this.#verbs.shift(column, act.by) };
    else if (act.kind === 'remove') this.#verbs.remove(column);
    else if (act.kind === 'open' || act.kind === 'toggle') {
      if (!cell) this.#verbs.select(column);
      else if (act.kind === 'open' && cell.how === 'choice')
        this.typing = { place: this.at, text: cell.text, issue: null, was: cell.text };
      else this.press(this.at);
    } else if (!cell) return false;
    else if (act.kind === 'step') this.#step(cell, act.by);
    else if (cell.how !== 'toggle') this.typing = { place: this.at, text: act.text, issue: null, was: cell.text };
    return true;
  }

  #step(cell: Cell, by: 1 | -1): void {
    if (cell.how === 'choice' || cell.how === 'toggle') this.#take(cell, stepped(cell, by));
    else if (cell.how === 'count') this.#verbs.commit(cell, String(Number(cell.text) + by));
    else {
      const value = Number(cell.text);
      const next = by > 0 ? Math.floor(value / step) * step + step : Math.ceil(value / step) * step - step;
      this.#verbs.commit(cell, String(Math.max(step, next)));
    }
  }

  #read(cell: Cell, text: string): Issue | null {
    if (text === cell.text) return null;
    if (cell.how !== 'choice') return this.#verbs.commit(cell, text)[0] ?? null;
    const option = optionTyped(cell, text);
    const value = option?.value ?? (typeof cell.options[0]?.value === 'number' ? Number(text) : text);
    return this.#verbs.commit(cell, value)[0] ?? null;
  }

  #take(cell: Cell, option: Option | undefined): void {
    if (option) this.#verbs.commit(cell, option.value);
  }
}

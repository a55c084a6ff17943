/** @file State: the open network as an undoable document; every number on the page is derived from it. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { readWidthCell } from '$lib/arch/cell';
import {
  duplicateRow,
  insertRow,
  moveRow,
  removeRow,
  setExpSize,
  setField,
  setOut,
  setSqueezeExcite
} from '$lib/arch/edit';
import { applyNetworkOptions, type NetworkChange } from '$lib/arch/options';
import { checkArchitecture } from '$lib/arch/parse';
import { columnsOf, type Column } from '$lib/diagram/columns';
import type { Colouring } from '$lib/diagram/metric';
import { columnNoises, type ColumnNoise, type OpNoise } from '$lib/diagram/noise';
import { totalCost } from '$lib/cost/cost';
import { lower, lowerWithOutputs, type Lowered } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { commit, historyOf, redone, undone, type History } from './history';
import { replayed } from './replay';
import {
  timeAfterEdit,
  unknown,
  type Given,
  type Predictor,
  type Timed,
  type TimingKind,
  type Timings
} from './timings';

/** Where an open network comes from: `base`, which edits are counted against, is `origin` with `options` applied. */
export interface Beginning {
  readonly base: Architecture;
  readonly origin: Architecture;
  readonly options: NetworkChange;
}

/** The document: the network now and its beginning. */
interface Sheet extends Beginning {
  readonly arch: Architecture;
}

/** What an 8-bit export did to the ops of the table it was made of. */
export interface ExportNoise {
  readonly noises: readonly OpNoise[];
  /** Whether a table is the one exported. */
  readonly isOf: (arch: Architecture) => boolean;
}

const plain = (arch: Architecture): Beginning => ({ base: arch, origin: arch, options: {} });

const rowField = /^rows\.(\d+)\.(expSize|out|se)$/;

const comparable = (a: Architecture, b: Architecture): boolean =>
  a.rows.length === b.rows.length && a.classes === b.classes && a.input.every((size, i) => size === b.input[i]);

/** Whether weights of one table are weights of the other: all but their names agrees. */
export const sameNetwork = (a: Architecture, b: Architecture): boolean =>
  a === b || JSON.stringify({ ...a, name: '' }) === JSON.stringify({ ...b, name: '' });

/** The open network: verbs commit one labelled step each, getters derive the rest. */
export class Workbench {
  #history = $state.raw<History<Sheet>>(historyOf({} as Sheet, ''));
  #selected = $state(0);
  #given = $state.raw<Given>();
  #predictor = $state.raw<Predictor | null>(null);
  #weights = $state.raw<Checkpoint | null>(null);
  #noise = $state.raw<ExportNoise | null>(null);
  /** What the diagram is coloured by, where that is known. */
  colouring = $state<Colouring>('madds');

  readonly #sheet = $derived(this.#history.present.value);
  readonly #lowered = $derived(lowerWithOutputs(this.#sheet.arch));
  readonly #ops = $derived(this.#lowered.ops);
  readonly #columns = $derived(columnsOf(this.#sheet.arch, this.#ops));
  readonly #cost = $derived(totalCost(this.#ops));
  readonly #baseOps = $derived(lower(this.#sheet.base));
  readonly #baseColumns = $derived(columnsOf(this.#sheet.base, this.#baseOps));
  readonly #baseCost = $derived(totalCost(this.#baseOps));
  readonly #timing = $derived.by(() => this.#timeNow());
  readonly #columnNoises = $derived.by(() => {
    const noise = this.#noise;
    return noise?.isOf(this.arch) ? columnNoises(this.#columns, noise.noises) : null;
  });

  constructor(arch: Architecture, label: string) {
    this.#history = historyOf({ arch, ...plain(arch) }, label);
  }

  get arch(): Architecture {
    return this.#sheet.arch;
  }
  /** The network that the edits are counted against. */
  get base(): Architecture {
    return this.#sheet.base;
  }
  /** The table that the options are applied to: a preset, or what was opened. */
  get origin(): Architecture {
    return this.#sheet.origin;
  }
  /** The options chosen on the page. */
  get options(): NetworkChange {
    return this.#sheet.options;
  }
  get lowered(): Lowered {
    return this.#lowered;
  }
  get ops(): readonly Op[] {
    return this.#ops;
  }
  get columns(): readonly Column[] {
    return this.#columns;
  }
  get baseColumns(): readonly Column[] {
    return this.#baseColumns;
  }
  get cost(): ReturnType<typeof totalCost> {
    return this.#cost;
  }
  get baseCost(): ReturnType<typeof totalCost> {
    return this.#baseCost;
  }
  get label(): string {
    return this.#history.present.label;
  }
  get canUndo(): boolean {
    return this.#history.past.length > 0;
  }
  get canRedo(): boolean {
    return this.#history.future.length > 0;
  }
  /** What the next redo would do again. */
  get redoLabel(): string {
    return this.#history.future[0]?.label ?? '';
  }
  /** Weights opened from a file, while the open table is the one they belong to. */
  get weights(): Checkpoint | null {
    const { arch } = this;
    return this.#weights && sameNetwork(this.#weights.arch, arch) ? this.#weights : null;
  }
  set weights(checkpoint: Checkpoint | null) {
    this.#weights = checkpoint;
  }
  /** The selected column, always one that exists. */
  get selected(): number {
    return Math.min(this.#selected, this.#columns.length - 1);
  }
  set selected(column: number) {
    this.#selected = Math.max(0, column);
  }

  /** Sets one field ('rows.3.out'); when the table would break, nothing changes and the issues come back. */
  edit(path: string, value: unknown, label: string): readonly Issue[] {
    const [, row, field] = rowField.exec(path) ?? [];
    if (field === 'expSize' && typeof value === 'number') {
      return this.#try(setExpSize(this.arch, Number(row), value), label);
    }
    if (field === 'out' && typeof value === 'number') return this.#try(setOut(this.arch, Number(row), value), label);
    if (field === 'se' && typeof value === 'boolean') {
      return this.#try(setSqueezeExcite(this.arch, Number(row), value), label);
    }
    return this.#try(setField(this.arch, path, value), label);
  }

  /** Reads what was typed into a width cell; text that is no legal width changes nothing and gives its issue. */
  type(path: string, text: string, label: string): readonly Issue[] {
    const answer = readWidthCell(this.arch, path, text);
    return answer.kind === 'bad' ? [answer.issue] : this.#try(answer.arch, label);
  }

  /**
   * Opens another network as one undoable step. Without a beginning of its own its edits are counted against the base
   * there is when the two agree in rows, input and classes (what a search or a pruning hands back), else against itself.
   */
  open(arch: Architecture, label: string, beginning?: Beginning): void {
    const sheet = this.#sheet;
    const kept = comparable(arch, sheet.base) ? sheet : plain(arch);
    const { base, origin, options } = beginning ?? kept;
    this.#commit({ arch, base, origin, options }, label);
  }

  /** Starts over with a network: nothing before it can be undone. */
  restart(arch: Architecture, label: string, beginning: Beginning = plain(arch)): void {
    const { base, origin, options } = beginning;
    this.#history = historyOf({ arch, base, origin, options }, label);
  }

  /** Duplicates, removes or moves a row (index in `arch.rows`); issues come back and nothing changes when it cannot be. */
  duplicate(index: number, label: string): readonly Issue[] {
    return this.#try(duplicateRow(this.arch, index), label);
  }
  remove(index: number, label: string): readonly Issue[] {
    return this.#try(removeRow(this.arch, index), label);
  }
  move(from: number, to: number, label: string): readonly Issue[] {
    return this.#try(moveRow(this.arch, from, to), label);
  }
  insert(index: number, row: Architecture['rows'][number], label: string): readonly Issue[] {
    return this.#try(insertRow(this.arch, index, row), label);
  }

  /** Sets the whole network's options; edits are made again on the new base where its rows still pair. */
  setOptions(options: NetworkChange, label: string): readonly Issue[] {
    const { arch, base, origin, options: now } = this.#sheet;
    const next = Object.keys(options).length === 0 ? origin : applyNetworkOptions(origin, options);
    const ratio = (options.width ?? 1) / (now.width ?? 1);
    const edited = arch === base ? next : replayed(arch, base, next, ratio);
    const issues = edited ? checkArchitecture(edited) : [];
    if (issues.length === 0) this.#commit({ arch: edited ?? next, base: next, origin, options }, label);
    return issues;
  }

  undo(): void {
    this.#history = undone(this.#history);
  }
  redo(): void {
    this.#history = redone(this.#history);
  }

  /** Times of the open network; an edit turns them to predicted (with a predictor) or leaves gaps. */
  get timings(): Timings {
    return this.#timing.timings;
  }
  /** For each column, whether its time was measured here or predicted. */
  get timingKinds(): readonly TimingKind[] {
    return this.#timing.kinds;
  }
  /** The last whole-network time that was measured, and whether it is of the network as it stands. */
  get lastMeasured(): { readonly totalMs: number; readonly current: boolean } | null {
    const given = this.#given;
    if (given?.timings.kind !== 'measured' || given.timings.totalMs === null) return null;
    return { totalMs: given.timings.totalMs, current: given.arch === this.arch };
  }
  /** Stores times of the network as it stands now. */
  setTimings(timings: Timings): void {
    this.#given = { timings, columns: this.#columns, arch: this.arch };
  }
  /** Hands over the latency table's prediction, used after every edit; null takes it away. */
  setPredictor(predictor: Predictor | null): void {
    this.#predictor = predictor;
  }

  /** Whether any 8-bit export tells of noise, of whichever table. */
  get noiseKnown(): boolean {
    return this.#noise !== null;
  }
  /** What 8 bits did to each column; null unless the open table is the one exported. */
  get noises(): readonly (ColumnNoise | null)[] | null {
    return this.#columnNoises;
  }
  /** Takes what an 8-bit export did. */
  setNoise(noise: ExportNoise): void {
    this.#noise = noise;
  }
  /** Colours the diagram by the noise of 8 bits. */
  showNoise(): void {
    this.colouring = 'noise';
  }

  #try(arch: Architecture, label: string): readonly Issue[] {
    const issues = checkArchitecture(arch);
    if (issues.length === 0) this.#commit({ ...this.#sheet, arch }, label);
    return issues;
  }

  #commit(sheet: Sheet, label: string): void {
    if (sheet.arch === this.arch && sheet.base === this.base) return;
    this.#history = commit(this.#history, sheet, label);
  }

  #timeNow(): Timed {
    const given = this.#given;
    const now = this.#columns;
    if (given && given.arch === this.arch) {
      const kinds = now.map((_, i) => (given.timings.perColumnMs?.[i] == null ? null : given.timings.kind));
      return { timings: given.timings, kinds };
    }
    const predicted = this.#predictor?.(this.#ops) ?? null;
    if (given) return timeAfterEdit(now, given, predicted);
    if (!predicted) return { timings: unknown, kinds: now.map(() => null) };
    const { perColumnMs, totalMs } = predicted;
    const kinds = now.map((_, i): TimingKind => (perColumnMs[i] == null ? null : 'predicted'));
    return { timings: { perColumnMs, totalMs, kind: totalMs === null ? null : 'predicted', setting: '' }, kinds };
  }
}

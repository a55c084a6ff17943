/** @file Step 3, cost: the order of a graph's steps that needs the least memory at its peak. */
import { Live, type Run, type Step } from './liveness';

/** States looked at before giving up; the family's networks need fewer than their ops. */
const maxStates = 20_000;

interface Search {
  readonly steps: readonly Step[];
  readonly limit: number;
  /** The least need above the limit that was met: no limit below it can succeed either. */
  next: number;
  readonly failed: Set<string>;
  budget: number;
}

/**
 * Continues a run within the limit, or returns null. A step that fits and leaves no more memory alive than before is
 * taken at once: whatever may run later only needs less afterwards. Only between other steps is there a choice.
 */
function extend(search: Search, live: Live, order: readonly Step[]): readonly Step[] | null {
  const taken = [...order];
  for (;;) {
    if (search.budget <= 0) return null;
    search.budget -= 1;
    const ready = search.steps.filter((step) => !live.done.has(step.id) && live.ready(step));
    if (ready.length === 0) return taken;
    const fitting: Step[] = [];
    let safe: Step | null = null;
    for (const step of ready) {
      const { during, after } = live.needs(step);
      if (during > search.limit) search.next = Math.min(search.next, during);
      else if (after <= live.bytes) safe ??= step;
      else fitting.push(step);
    }
    const only = safe ?? (fitting.length === 1 ? fitting[0] : null);
    if (only) {
      live.run(only);
      taken.push(only);
      continue;
    }
    const state = [...live.done].sort().join();
    if (fitting.length === 0 || search.failed.has(state)) return null;
    for (const step of fitting) {
      const branch = live.copy();
      branch.run(step);
      const found = extend(search, branch, [...taken, step]);
      if (found) return found;
    }
    search.failed.add(state);
    return null;
  }
}

/** No order can do with less than what some step reads and writes at once. */
function leastLimit({ steps, pictureBytes }: Run): number {
  const sizes = new Map(steps.map((step) => [step.id, step.bytes]));
  const sizeOf = (id: string): number => sizes.get(id) ?? pictureBytes;
  const needs = steps.map(({ inputs, bytes, overwrites }) => {
    const own = overwrites.some((id) => sizeOf(id) === bytes) ? 0 : bytes;
    return [...new Set(inputs)].reduce((sum, id) => sum + sizeOf(id), own);
  });
  return Math.max(pictureBytes, ...needs);
}

/** The best order, and whether it is proved best; where the search gives up the steps stay as they are. */
export function bestOrder(run: Run): { readonly steps: readonly Step[]; readonly exact: boolean } {
  const { steps } = run;
  let limit = leastLimit(run);
  let budget = maxStates;
  while (budget > 0) {
    const search: Search = { steps, limit, next: Infinity, failed: new Set(), budget };
    const found = extend(search, Live.start(run), []);
    if (found) return { steps: found, exact: true };
    if (search.next === Infinity) break;
    ({ budget } = search);
    limit = search.next;
  }
  return { steps, exact: false };
}

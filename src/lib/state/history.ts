/** @file State: an undoable line of labelled values, as plain data. */

/** One committed value and the words for what was done to reach it. */
export interface Entry<T> {
  readonly value: T;
  readonly label: string;
}

/** The line of entries: everything before, the one now, everything undone. */
export interface History<T> {
  readonly past: readonly Entry<T>[];
  readonly present: Entry<T>;
  readonly future: readonly Entry<T>[];
}

/** Entries kept before the oldest is forgotten. */
export const historyLimit = 200;

/** Opens a line at its first value. */
export function historyOf<T>(value: T, label: string): History<T> {
  return { past: [], present: { value, label }, future: [] };
}

/** Commits a new value and forgets what was undone; the same value again changes nothing. */
export function commit<T>(history: History<T>, value: T, label: string): History<T> {
  if (Object.is(value, history.present.value)) return history;
  const past = [...history.past, history.present].slice(-historyLimit);
  return { past, present: { value, label }, future: [] };
}

/** Steps back one entry; at the beginning the line stays as it is. */
export function undone<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (!last) return history;
  return { past: history.past.slice(0, -1), present: last, future: [history.present, ...history.future] };
}

/** Steps forward one undone entry; at the end the line stays as it is. */
export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (!next) return history;
  return { past: [...history.past, history.present], present: next, future };
}

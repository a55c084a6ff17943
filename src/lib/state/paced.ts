/** @file State: a writer that keeps up with a person but not with a drag. */

/** A writer that keeps up with a person but not with a drag. */
export interface Paced<T> {
  call(value: T): void;
  cancel(): void;
}

/** Writes at once, then at most every `everyMs`, the last value of a burst always; a reload finds what was seen. */
export function paced<T>(write: (value: T) => void, everyMs: number): Paced<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { readonly value: T } | null = null;
  const rest = (): void => {
    const held = waiting;
    waiting = null;
    timer = held ? setTimeout(rest, everyMs) : undefined;
    if (held) write(held.value);
  };
  return {
    call(value) {
      waiting = { value };
      if (timer === undefined) rest();
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      waiting = null;
    }
  };
}

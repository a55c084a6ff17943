/** @file State: the link of the open network: everything after '#n=', versioned by the link code itself. */
import type { Architecture } from '$lib/arch/architecture';
import { parseUrlCode, toUrlCode } from '$lib/arch/url-code';
import type { Parsed } from '$lib/arch/parse';

const prefix = '#n=';

/** The hash of a network, '#n=1~v3-small' for an untouched preset. */
export function hashOf(arch: Architecture): string {
  return prefix + toUrlCode(arch);
}

/** Reads a location's hash: null when it names no network at all (empty, or an anchor of the page). */
export function readHash(hash: string): Parsed<Architecture> | null {
  if (hash === '' || /^#[a-z]+$/.test(hash)) return null;
  return parseUrlCode(hash.startsWith(prefix) ? hash.slice(prefix.length) : hash.slice(1));
}

/** A call that waits for the last of a burst; `flush` makes a waiting one at once, as when the page is left. */
export interface Debounced<T> {
  call(value: T): void;
  flush(): void;
  cancel(): void;
}

/** Calls `write` once, `delayMs` after the last call. */
export function debounced<T>(write: (value: T) => void, delayMs: number): Debounced<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { readonly value: T } | null = null;
  const flush = (): void => {
    clearTimeout(timer);
    const held = waiting;
    waiting = null;
    if (held) write(held.value);
  };
  return {
    call(value) {
      clearTimeout(timer);
      waiting = { value };
      timer = setTimeout(flush, delayMs);
    },
    flush,
    cancel() {
      clearTimeout(timer);
      waiting = null;
    }
  };
}

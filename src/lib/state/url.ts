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

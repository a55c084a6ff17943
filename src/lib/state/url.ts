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

/** @file Command line: which numbers a network gets: a file's, drawn ones, or the reference fill. */
import { InvalidArgumentError } from 'commander';
import { initialisers, type Initialiser } from '$lib/weights/init';
import { m } from '$paraglide/messages';

export type WeightsChoice =
  | { readonly kind: 'file'; readonly path: string }
  /** Drawn by a named rule. */
  | { readonly kind: 'init'; readonly seed: number; readonly rule: Initialiser }
  /** The deterministic fill that reference logits were made with. */
  | { readonly kind: 'golden'; readonly seed: number };

const largestSeed = 2 ** 32 - 1;

const isInitialiser = (text: string): text is Initialiser => initialisers.some((rule) => rule === text);

/** Reads `init:<seed>`, `init:<seed>:<rule>`, `golden:<seed>` or the path of a file. */
export function parseWeights(text: string): WeightsChoice {
  const [, kind, typed = ''] = /^(init|golden):(.*)$/.exec(text) ?? [];
  if (kind === undefined) return { kind: 'file', path: text };
  const [digits = '', rule = 'he', ...more] = kind === 'init' ? typed.split(':') : [typed];
  const seed = /^\d{1,10}$/.test(digits) ? Number(digits) : Infinity;
  if (seed > largestSeed) {
    throw new InvalidArgumentError(m.cli_weights_seed_rule({ kind, most: largestSeed, typed: digits }));
  }
  if (!isInitialiser(rule) || more.length > 0) {
    const wrong = [rule, ...more].join(':');
    throw new InvalidArgumentError(m.cli_weights_init_rule({ rules: initialisers.join(', '), typed: wrong }));
  }
  return kind === 'init' ? { kind, seed, rule } : { kind: 'golden', seed };
}

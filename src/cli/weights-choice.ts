/** @file Command line: which numbers a network gets: a file's, drawn ones, or the reference fill. */
import { InvalidArgumentError } from 'commander';
import { m } from '$paraglide/messages';

export type WeightsChoice =
  | { readonly kind: 'file'; readonly path: string }
  /** Drawn as for training. */
  | { readonly kind: 'init'; readonly seed: number }
  /** The deterministic fill that reference logits were made with. */
  | { readonly kind: 'golden'; readonly seed: number };

const largestSeed = 2 ** 32 - 1;

/** Reads `init:<seed>`, `golden:<seed>` or the path of a file. */
export function parseWeights(text: string): WeightsChoice {
  const [, kind, typed = ''] = /^(init|golden):(.*)$/.exec(text) ?? [];
  if (kind === undefined) return { kind: 'file', path: text };
  const seed = /^\d{1,10}$/.test(typed) ? Number(typed) : Infinity;
  if (seed > largestSeed) {
    throw new InvalidArgumentError(m.cli_weights_seed_rule({ kind, most: largestSeed, typed }));
  }
  return kind === 'init' ? { kind, seed } : { kind: 'golden', seed };
}

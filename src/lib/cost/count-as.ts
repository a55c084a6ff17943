/** @file Step 3, cost: one number for a network under the conventions of the counters that articles quote. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import type { DialectId } from './dialect';
import { listingOf, type Part } from './listing';

/**
 * `fvcore`: FlopCountAnalysis with its default rules: multiply-adds, 2 per norm input, 1 per input of an adaptive average
 * pool, 4 per output of a bilinear resize. `ptflops`: the module rules of flops-counter.pytorch 0.7: multiply-adds and
 * biases, 2 per norm input, 1 per ReLU, ReLU6 and SiLU output (it has no rule for the h-swish family and sigmoids), 1 per
 * pool input, 1 per resized pixel; calls that it counts a second time inside a module are counted once here.
 */
export type CountConvention = 'fvcore' | 'ptflops';

export const countConventions: readonly CountConvention[] = ['fvcore', 'ptflops'];

const pixels = ([height, width]: Shape): number => height * width;
const elements = (shape: Shape): number => pixels(shape) * shape[2];
const ptflopsCounts = new Set(['relu', 'relu6', 'swish']);

const rules: Readonly<Record<CountConvention, (part: Part) => number>> = {
  fvcore: ({ kind, madds, inElements, out }) => {
    if (kind === 'norm') return 2 * inElements;
    if (kind === 'pool') return inElements;
    return kind === 'resize' ? 4 * elements(out) : madds;
  },
  ptflops: ({ kind, madds, bias, inElements, nl, out }) => {
    if (kind === 'norm') return 2 * inElements;
    if (kind === 'pool' || kind === 'windowPool') return inElements;
    if (kind === 'resize') return pixels(out);
    if (kind === 'activation') return ptflopsCounts.has(nl) ? elements(out) : 0;
    return madds + (bias ? elements(out) : 0);
  }
};

/** What a counter would print for the network, batch 1; the dialect matters where code calls `mean` instead of a pool. */
export function countAs(arch: Architecture, convention: CountConvention, dialect?: DialectId): number {
  return listingOf(arch, dialect).reduce((sum, part) => sum + rules[convention](part), 0);
}

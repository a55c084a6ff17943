/** @file Step 3, cost: why a printed total and the counted one differ, as far as a stated convention explains it. */

/** One way to count, with what it gives. */
export interface Count {
  readonly convention: string;
  readonly value: number;
}

export type Gap =
  | { readonly kind: 'same' }
  | { readonly kind: 'rounded' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'other'; readonly count: Count }
  | { readonly kind: 'between'; readonly count: Count }
  | { readonly kind: 'unexplained'; readonly by: number };

/** A printed number: '5.4 M' is 5.4 million with one digit after the point. */
interface Printed {
  readonly value: number;
  readonly unit: number;
  readonly digits: number;
}

const units: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, B: 1e9 };

function printedOf(text: string): Printed | null {
  const [, number = '', unit = ''] = /^([\d.,]+)\s*([KMGB]?)$/.exec(text.trim()) ?? [];
  const value = Number(number.replaceAll(',', ''));
  const size = units[unit];
  if (number === '' || !Number.isFinite(value) || size === undefined) return null;
  return { value, unit: size, digits: number.split('.')[1]?.length ?? 0 };
}

function agreement(counted: number, { value, unit, digits }: Printed): 'rounded' | 'cut' | null {
  const scaled = (counted / unit) * 10 ** digits;
  const printed = Math.round(value * 10 ** digits);
  if (Math.round(scaled) === printed) return 'rounded';
  return Math.floor(scaled) === printed ? 'cut' : null;
}

/**
 * Explains a printed total by the counted one: the same, equal when rounded or cut, equal under another convention, between the
 * two, or not explained. Null where the text is no number.
 */
export function gapOf(text: string, counted: number, others: readonly Count[]): Gap | null {
  const printed = printedOf(text);
  if (!printed) return null;
  if (printed.value * printed.unit === counted) return { kind: 'same' };
  const own = agreement(counted, printed);
  if (own) return own === 'cut' ? { kind: 'cut' } : { kind: 'rounded' };
  const same = others.find(({ value }) => agreement(value, printed));
  if (same) return { kind: 'other', count: same };
  const target = printed.value * printed.unit;
  const beyond = others.find(({ value }) => (target - counted) * (target - value) < 0);
  return beyond ? { kind: 'between', count: beyond } : { kind: 'unexplained', by: target - counted };
}

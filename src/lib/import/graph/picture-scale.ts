/** @file Import: what a file does to the numbers of its picture before the first convolution. */

/** value · scale + offset, one pair for all channels or one each. */
export interface Affine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** What comes out after another factor or summand. */
export function affineAfter(
  before: Affine | undefined,
  step: { readonly kind: 'scale' | 'shift'; readonly values: ArrayLike<number> }
): Affine {
  const { scale, offset } = before ?? { scale: [1], offset: [0] };
  const values = Array.from(step.values);
  const joined = (a: readonly number[], join: (x: number, y: number) => number): number[] =>
    Array.from({ length: Math.max(a.length, values.length) }, (_, c) =>
      join(a[c % a.length] ?? 0, values[c % values.length] ?? 0)
    );
  if (step.kind === 'shift') return { scale, offset: joined(offset, (x, y) => x + y) };
  return { scale: joined(scale, (x, y) => x * y), offset: joined(offset, (x, y) => x * y) };
}

/** 'x · 0.007843 - 1'; several channels in brackets. */
export function formulaOf({ scale, offset }: Affine): string {
  const word = (values: readonly number[]): string => {
    const said = [...new Set(values.map((value) => String(Number(value.toPrecision(4)))))];
    return said.length === 1 ? (said[0] ?? '') : `[${values.map((value) => Number(value.toPrecision(4))).join(', ')}]`;
  };
  const shift = word(offset);
  const factor = `x · ${word(scale)}`;
  if (shift === '0') return factor;
  return shift.startsWith('-') ? `${factor} - ${shift.slice(1)}` : `${factor} + ${shift}`;
}

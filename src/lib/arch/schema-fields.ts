/** @file Step 1, spec: the small schemas that a table's outside shape is made of; each says its rule in words. */
import * as v from 'valibot';
import { m } from '$paraglide/messages';
import { maxWidth } from './limits';

/** A word of the messages, looked up when it is said, so that it is in the reader's language. */
export type Word = () => string;

export const number = (field: Word) => v.number(() => m.arch_not_number({ field: field() }));

/** A whole number within a range. */
export const whole = (field: Word, low: number, high: number) =>
  v.pipe(
    number(field),
    v.check(
      (value) => Number.isInteger(value) && value >= low && value <= high,
      ({ input }) => m.arch_not_whole({ field: field(), low, high, got: String(input) })
    ),
    // What the check says, for the published JSON Schema.
    v.metadata({ type: 'integer', minimum: low, maximum: high })
  );

/** A number within a range. */
export const within = (field: Word, low: number, high: number) =>
  v.pipe(
    number(field),
    v.minValue(low, () => m.arch_too_small({ field: field(), least: low })),
    v.maxValue(high, () => m.arch_too_large({ field: field(), most: high }))
  );

export const oneOf = <const T extends readonly (string | number)[]>(field: Word, options: T) =>
  v.picklist(options, ({ received }) =>
    m.arch_not_one_of({ field: field(), options: options.join(', '), got: received })
  );

export const yesNo = (field: Word) => v.boolean(() => m.arch_not_yes_no({ field: field() }));

/** An object of exactly these fields; says which is missing, unknown, or that it is no object at all. */
export const record = <const E extends v.ObjectEntries>(place: Word, entries: E) =>
  v.strictObject(entries, ({ expected, received }) => {
    if (expected === 'never') return m.arch_place_unknown({ place: place(), field: received });
    return received === 'undefined'
      ? m.arch_place_missing({ place: place(), field: expected })
      : m.arch_not_object({ place: place(), got: received });
  });

export const width = (field: Word) => whole(field, 1, maxWidth);
export const kernel = oneOf(m.arch_field_kernel, [1, 3, 5, 7]);
export const stride = oneOf(m.arch_field_stride, [1, 2]);
export const nl = oneOf(m.arch_field_nl, ['linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish']);
export const gate = oneOf(m.arch_field_gate, ['hardSigmoid', 'sigmoid', 'linear']);

export const norm = record(m.arch_field_norm, {
  epsilon: v.pipe(
    number(m.arch_field_epsilon),
    v.minValue(1e-12, () => m.arch_positive({ field: m.arch_field_epsilon() })),
    v.maxValue(1, () => m.arch_too_large({ field: m.arch_field_epsilon(), most: 1 }))
  ),
  momentum: within(m.arch_field_momentum, 0, 1)
});

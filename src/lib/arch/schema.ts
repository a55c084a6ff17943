/** @file Step 1, spec: the outside shape of a table, as one schema. */
import * as v from 'valibot';
import { m } from '$paraglide/messages';
import { maxClasses, maxInput, maxInputChannels, maxNameLength, maxRows, maxWidth } from './limits';

/** A word of the messages, looked up when it is said, so that it is in the reader's language. */
type Word = () => string;

const number = (field: Word) => v.number(() => m.arch_not_number({ field: field() }));

const whole = (field: Word, low: number, high: number) =>
  v.pipe(
    number(field),
    v.check(
      (value) => Number.isInteger(value) && value >= low && value <= high,
      ({ input }) => m.arch_not_whole({ field: field(), low, high, got: String(input) })
    )
  );

const oneOf = <const T extends readonly (string | number)[]>(field: Word, options: T) =>
  v.picklist(options, ({ received }) =>
    m.arch_not_one_of({ field: field(), options: options.join(', '), got: received })
  );

/** An object of exactly these fields; says which is missing, unknown, or that it is no object at all. */
const record = <const E extends v.ObjectEntries>(place: Word, entries: E) =>
  v.strictObject(entries, ({ expected, received }) => {
    if (expected === 'never') return m.arch_place_unknown({ place: place(), field: received });
    return received === 'undefined'
      ? m.arch_place_missing({ place: place(), field: expected })
      : m.arch_not_object({ place: place(), got: received });
  });

const width = (field: Word) => whole(field, 1, maxWidth);
const kernel = oneOf(m.arch_field_kernel, [3, 5, 7]);
const stride = oneOf(m.arch_field_stride, [1, 2]);
const nl = oneOf(m.arch_field_nl, ['linear', 'relu', 'relu6', 'hardSwish']);
const layer = record(m.arch_field_head_layer, { out: width(m.arch_field_out), nl });

const bneckRow = record(m.arch_field_bneck, {
  kind: v.literal('bneck'),
  kernel,
  expSize: width(m.arch_field_exp_size),
  out: width(m.arch_field_out),
  se: v.nullable(record(m.arch_field_se, { channels: width(m.arch_field_se_channels) })),
  nl,
  stride
});

const separableRow = record(m.arch_field_separable, {
  kind: v.literal('separable'),
  kernel,
  out: width(m.arch_field_out),
  nl,
  stride
});

/** A table as it may come from a file, a link or storage. */
export const architectureSchema = record(m.arch_field_network, {
  format: v.literal(1, ({ received }) => m.arch_format({ got: received })),
  name: v.pipe(
    v.string(() => m.arch_name_text()),
    v.minLength(1, () => m.arch_name_empty()),
    v.maxLength(maxNameLength, () => m.arch_name_long({ most: maxNameLength }))
  ),
  input: v.strictTuple(
    [
      whole(m.arch_field_input_height, 1, maxInput),
      whole(m.arch_field_input_width, 1, maxInput),
      whole(m.arch_field_input_channels, 1, maxInputChannels)
    ],
    () => m.arch_input_sizes()
  ),
  classes: whole(m.arch_field_classes, 2, maxClasses),
  padding: oneOf(m.arch_field_padding, ['same', 'symmetric']),
  norm: record(m.arch_field_norm, {
    epsilon: v.pipe(
      number(m.arch_field_epsilon),
      v.minValue(1e-12, () => m.arch_positive({ field: m.arch_field_epsilon() })),
      v.maxValue(1, () => m.arch_too_large({ field: m.arch_field_epsilon(), most: 1 }))
    ),
    momentum: v.pipe(
      number(m.arch_field_momentum),
      v.minValue(0, () => m.arch_too_small({ field: m.arch_field_momentum(), least: 0 })),
      v.maxValue(1, () => m.arch_too_large({ field: m.arch_field_momentum(), most: 1 }))
    )
  }),
  scaling: oneOf(m.arch_field_scaling, ['v1', 'v2', 'v3']),
  stem: record(m.arch_field_stem, { kernel, out: width(m.arch_field_out), nl, stride }),
  rows: v.pipe(
    v.array(
      v.variant('kind', [bneckRow, separableRow], () => m.arch_row_kind()),
      () => m.arch_rows_list()
    ),
    v.minLength(1, () => m.arch_rows_few()),
    v.maxLength(maxRows, () => m.arch_rows_many({ most: maxRows }))
  ),
  head: record(m.arch_field_head, {
    kind: v.literal('classifier', () => m.arch_head_kind()),
    conv: v.nullable(layer),
    hidden: v.nullable(layer)
  })
});

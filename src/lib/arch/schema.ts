/** @file Step 1, spec: the outside shape of a table, as one schema. */
import * as v from 'valibot';
import { m } from '$paraglide/messages';
import { maxClasses, maxInput, maxInputChannels, maxNameLength, maxRows } from './limits';
import { kernel, nl, norm, oneOf, record, stride, whole, width, yesNo } from './schema-fields';
import { headSchema } from './schema-head';
import { rowSchema } from './schema-row';

export const nameSchema = v.pipe(
  v.string(() => m.arch_name_text()),
  v.minLength(1, () => m.arch_name_empty()),
  v.maxLength(maxNameLength, () => m.arch_name_long({ most: maxNameLength }))
);
export const paddingSchema = oneOf(m.arch_field_padding, ['same', 'symmetric', 'valid']);
export const scalingSchema = oneOf(m.arch_field_scaling, ['v1', 'v2', 'v3', 'ratio']);

/** A table as it may come from a file, a link or storage. */
export const architectureSchema = record(m.arch_field_network, {
  /** Where an editor finds the JSON Schema; says nothing about the network. */
  $schema: v.optional(v.string(() => m.arch_schema_text())),
  format: v.literal(1, ({ received }) => m.arch_format({ got: received })),
  name: nameSchema,
  input: v.strictTuple(
    [
      whole(m.arch_field_input_height, 1, maxInput),
      whole(m.arch_field_input_width, 1, maxInput),
      whole(m.arch_field_input_channels, 1, maxInputChannels)
    ],
    () => m.arch_input_sizes()
  ),
  classes: whole(m.arch_field_classes, 1, maxClasses),
  padding: paddingSchema,
  norm: v.nullable(norm),
  convBias: v.optional(yesNo(m.arch_field_bias), false),
  scaling: scalingSchema,
  stem: v.nullable(record(m.arch_field_stem, { kernel, out: width(m.arch_field_out), nl, stride })),
  rows: v.pipe(
    v.array(rowSchema, () => m.arch_rows_list()),
    v.minLength(1, () => m.arch_rows_few()),
    v.maxLength(maxRows, () => m.arch_rows_many({ most: maxRows }))
  ),
  head: headSchema
});

/** @file Step 1, spec: the outside shape of one row; fields added since the first tables have defaults. */
import * as v from 'valibot';
import { m } from '$paraglide/messages';
import { maxDilation, maxMultiplier } from './limits';
import { gate, kernel, nl, oneOf, record, stride, whole, width, yesNo } from './schema-fields';

const dilation = v.optional(whole(m.arch_field_dilation, 1, maxDilation), 1);

const squeezeExcite = record(m.arch_field_se, {
  channels: width(m.arch_field_se_channels),
  nl: v.optional(nl, 'relu'),
  gate: v.optional(gate, 'hardSigmoid'),
  bias: v.optional(yesNo(m.arch_field_bias), true),
  norm: v.optional(yesNo(m.arch_field_norm), false),
  place: v.optional(oneOf(m.arch_field_se_place, ['afterDepthwise', 'afterProject']), 'afterDepthwise')
});

const bneckRow = record(m.arch_field_bneck, {
  kind: v.literal('bneck'),
  kernel,
  expSize: width(m.arch_field_exp_size),
  out: width(m.arch_field_out),
  se: v.nullable(squeezeExcite),
  nl,
  stride,
  dilation,
  expand: v.optional(oneOf(m.arch_field_expand, ['whenWider', 'always']), 'whenWider'),
  shortcut: v.optional(oneOf(m.arch_field_shortcut, ['identity', 'conv', 'none']), 'identity')
});

const separableRow = record(m.arch_field_separable, {
  kind: v.literal('separable'),
  kernel,
  out: width(m.arch_field_out),
  nl,
  stride,
  dilation,
  between: v.optional(oneOf(m.arch_field_between, ['normed', 'plain']), 'normed')
});

const depthwiseRow = record(m.arch_field_depthwise, {
  kind: v.literal('depthwise'),
  kernel,
  multiplier: v.optional(whole(m.arch_field_multiplier, 1, maxMultiplier), 1),
  nl,
  stride,
  dilation
});

const convRow = record(m.arch_field_conv, {
  kind: v.literal('conv'),
  kernel,
  out: width(m.arch_field_out),
  nl,
  stride,
  dilation
});

const squeezeExciteRow = record(m.arch_field_se_row, { kind: v.literal('squeezeExcite'), se: squeezeExcite });

/** One row of any kind. */
export const rowSchema = v.variant('kind', [bneckRow, separableRow, depthwiseRow, convRow, squeezeExciteRow], () =>
  m.arch_row_kind()
);

/** @file Step 1, spec: the outside shape of the head. */
import * as v from 'valibot';
import { m } from '$paraglide/messages';
import { maxInput, maxOutputs, maxRows } from './limits';
import { gate, kernel, nl, norm, oneOf, record, whole, width, within, yesNo } from './schema-fields';

const layer = record(m.arch_field_head_layer, { out: width(m.arch_field_out), nl });
const rowIndex = whole(m.arch_field_row_index, 0, maxRows - 1);
const pixels = whole(m.arch_field_window, 1, maxInput);
const window = v.strictTuple([pixels, pixels], () => m.arch_window_sizes());

/** Share of the values dropped while training. */
export const dropoutSchema = within(m.arch_field_dropout, 0, 0.95);

const classifier = record(m.arch_field_head, {
  kind: v.literal('classifier'),
  conv: v.nullable(layer),
  hidden: v.nullable(layer),
  dropout: v.optional(dropoutSchema, 0),
  logitsBias: v.optional(yesNo(m.arch_field_bias), true)
});

const features = record(m.arch_field_head, {
  kind: v.literal('features'),
  outIndices: v.pipe(
    v.array(rowIndex, () => m.arch_outputs_list()),
    v.minLength(1, () => m.arch_outputs_few()),
    v.maxLength(maxOutputs, () => m.arch_outputs_many({ most: maxOutputs }))
  )
});

const lraspp = record(m.arch_field_head, {
  kind: v.literal('lraspp'),
  conv: v.nullable(layer),
  filters: width(m.arch_field_filters),
  low: rowIndex,
  pool: v.union([v.literal('global'), record(m.arch_field_window, { kernel: window, stride: window })], () =>
    m.arch_pool_kind()
  ),
  gate,
  norm: v.nullable(norm)
});

const list = <const S extends v.GenericSchema>(item: S, most: number) =>
  v.pipe(
    v.array(item, () => m.arch_outputs_list()),
    v.maxLength(most, () => m.arch_outputs_many({ most }))
  );

/** Default boxes and how detections are chosen. */
export const ruleSchema = record(m.arch_field_detection, {
  minScale: within(m.arch_field_scale, 0.01, 1),
  maxScale: within(m.arch_field_scale, 0.01, 2),
  ratios: list(within(m.arch_field_ratio, 0.05, 20), maxOutputs),
  reduceFinest: yesNo(m.arch_field_reduce_finest),
  scores: oneOf(m.arch_field_scores, ['softmax', 'sigmoid']),
  boxOrder: oneOf(m.arch_field_box_order, ['xywh', 'yxhw']),
  scoreThreshold: within(m.arch_field_threshold, 0, 1),
  iouThreshold: within(m.arch_field_threshold, 0, 1),
  candidates: whole(m.arch_field_candidates, 1, 10_000),
  detections: whole(m.arch_field_candidates, 1, 10_000)
});

const ssdlite = record(m.arch_field_head, {
  kind: v.literal('ssdlite'),
  conv: v.nullable(layer),
  tap: rowIndex,
  extras: list(record(m.arch_field_extra, { mid: width(m.arch_field_out), out: width(m.arch_field_out) }), maxOutputs),
  nl,
  norm: v.nullable(norm),
  rule: ruleSchema
});

const decoder = record(m.arch_field_head, {
  kind: v.literal('decoder'),
  filters: width(m.arch_field_filters),
  gate,
  stages: list(
    record(m.arch_field_stage, {
      skip: whole(m.arch_field_row_index, 0, maxRows),
      squeeze: width(m.arch_field_se_channels),
      kernel,
      nl
    }),
    maxOutputs
  ),
  out: oneOf(m.arch_field_mask, ['sigmoid', 'linear'])
});

/** A head of any kind. */
export const headSchema = v.variant('kind', [classifier, features, lraspp, ssdlite, decoder], () => m.arch_head_kind());

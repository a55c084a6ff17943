/** @file Components: the words for fields and operators, from the messages. */
import type { Column } from '$lib/diagram/columns';
import type { OpNoise } from '$lib/diagram/noise';
import { m } from '$paraglide/messages';
import type { Field } from './cells';

/** The name of a field, as the table's row label says it. */
export function fieldName(field: Field): string {
  const names: Readonly<Record<Field, () => string>> = {
    kernel: m.field_kernel,
    expSize: m.field_exp_size,
    out: m.field_out,
    se: m.field_se,
    nl: m.field_nl,
    stride: m.field_stride,
    dilation: m.field_dilation,
    shortcut: m.field_shortcut,
    sePlace: m.field_se_place
  };
  return names[field]();
}

/** The name of a column's operator, as the papers' tables print it. */
export function operatorName(column: Column): string {
  const names: Readonly<Record<Column['kind'], () => string>> = {
    conv: m.operator_conv,
    separable: m.operator_separable,
    bneck: m.operator_bneck,
    pool: m.operator_pool,
    dense: m.operator_dense,
    picture: m.operator_picture,
    depthwise: m.operator_depthwise,
    squeezeExcite: m.operator_squeeze_excite,
    context: m.operator_context,
    gate: m.operator_gate,
    maps: m.operator_maps,
    resize: m.operator_resize,
    extra: m.operator_extra,
    boxes: m.operator_boxes,
    scores: m.operator_scores,
    detections: m.operator_detections,
    stage: m.operator_stage,
    mask: m.operator_mask
  };
  return names[column.kind]();
}

/** What 8 bits did to one op. */
export function noiseWords({ id, snrDb }: OpNoise): string {
  return snrDb === null ? m.noise_none({ id }) : m.noise_of({ id, db: snrDb.toFixed(1) });
}

/** The full name of a field, for labels that are spoken or stand alone. */
export function longName(field: Field): string {
  const names: Readonly<Record<Field, () => string>> = {
    kernel: m.long_kernel,
    expSize: m.long_exp_size,
    out: m.long_out,
    se: m.long_se,
    nl: m.long_nl,
    stride: m.long_stride,
    dilation: m.long_dilation,
    shortcut: m.long_shortcut,
    sePlace: m.long_se_place
  };
  return names[field]();
}

/** A short explanation of a row label, shown when the pointer rests on it. */
export function explain(label: string): string | undefined {
  const words = new Map<string, () => string>([
    [m.field_kernel(), m.explain_kernel],
    [m.field_exp_size(), m.explain_exp_size],
    [m.field_out(), m.explain_out],
    [m.field_se(), m.explain_se],
    [m.field_nl(), m.explain_nl],
    [m.field_stride(), m.explain_stride],
    [m.field_dilation(), m.explain_dilation],
    [m.field_shortcut(), m.explain_shortcut],
    [m.field_se_place(), m.explain_se_place],
    [m.madds(), m.explain_madds],
    [m.noise_line(), m.noise_explain],
    [m.line_field(), m.explain_field],
    [m.line_jump(), m.explain_jump],
    [m.line_start(), m.explain_start],
    [m.line_memory(), m.explain_memory],
    [m.line_intensity(), m.explain_intensity]
  ]);
  return words.get(label)?.();
}

/** @file Components: the words for fields and operators, from the messages. */
import type { Column } from '$lib/components/diagram/columns';
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
    stride: m.field_stride
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
    dense: m.operator_dense
  };
  return names[column.kind]();
}

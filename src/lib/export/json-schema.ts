/** @file Step 8, export: the JSON Schema of saved tables, made from the schema that reads them. */
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import { architectureSchema } from '$lib/arch/schema';
import { m } from '$paraglide/messages';

/** What the fields mean, by name; where kinds differ, by kind and name, and for parts of a field by both names. */
const meanings: Readonly<Record<string, () => string>> = {
  $schema: m.listing_schema_schema,
  format: m.listing_schema_format,
  name: m.listing_schema_name,
  input: m.listing_schema_input,
  classes: m.listing_schema_classes,
  padding: m.listing_schema_padding,
  norm: m.listing_schema_norm,
  epsilon: m.listing_schema_epsilon,
  momentum: m.listing_schema_momentum,
  convBias: m.listing_schema_conv_bias,
  scaling: m.listing_schema_scaling,
  stem: m.listing_schema_stem,
  rows: m.listing_schema_rows,
  head: m.listing_schema_head,
  kind: m.listing_schema_kind,
  kernel: m.listing_schema_kernel,
  stride: m.listing_schema_stride,
  dilation: m.listing_schema_dilation,
  nl: m.listing_schema_nl,
  out: m.listing_schema_out,
  expSize: m.listing_schema_exp_size,
  se: m.listing_schema_se,
  'se.channels': m.listing_schema_se_channels,
  gate: m.listing_schema_gate,
  'se.bias': m.listing_schema_se_bias,
  'se.norm': m.listing_schema_se_norm,
  place: m.listing_schema_place,
  expand: m.listing_schema_expand,
  shortcut: m.listing_schema_shortcut,
  between: m.listing_schema_between,
  multiplier: m.listing_schema_multiplier,
  conv: m.listing_schema_conv,
  hidden: m.listing_schema_hidden,
  dropout: m.listing_schema_dropout,
  logitsBias: m.listing_schema_logits_bias,
  outIndices: m.listing_schema_out_indices,
  filters: m.listing_schema_filters,
  low: m.listing_schema_low,
  pool: m.listing_schema_pool,
  'pool.kernel': m.listing_schema_pool_kernel,
  'pool.stride': m.listing_schema_pool_stride,
  'lraspp.norm': m.listing_schema_head_norm,
  'ssdlite.norm': m.listing_schema_head_norm,
  tap: m.listing_schema_tap,
  extras: m.listing_schema_extras,
  mid: m.listing_schema_mid,
  rule: m.listing_schema_rule,
  minScale: m.listing_schema_min_scale,
  maxScale: m.listing_schema_max_scale,
  ratios: m.listing_schema_ratios,
  reduceFinest: m.listing_schema_reduce_finest,
  scores: m.listing_schema_scores,
  boxOrder: m.listing_schema_box_order,
  scoreThreshold: m.listing_schema_score_threshold,
  iouThreshold: m.listing_schema_iou_threshold,
  candidates: m.listing_schema_candidates,
  detections: m.listing_schema_detections,
  stages: m.listing_schema_stages,
  skip: m.listing_schema_skip,
  squeeze: m.listing_schema_squeeze,
  'decoder.out': m.listing_schema_mask
};

type Part = JsonSchema | boolean;

const withParts = (part: Part, owner: string): Part => (typeof part === 'boolean' ? part : described(part, owner));

/** The schema with the meaning of every field in it; `owner` is the field that a part belongs to. */
function described(schema: JsonSchema, owner: string): JsonSchema {
  const next: JsonSchema = { ...schema };
  if (schema.anyOf) next.anyOf = schema.anyOf.map((part) => withParts(part, owner));
  if (schema.oneOf) next.oneOf = schema.oneOf.map((part) => withParts(part, owner));
  if (Array.isArray(schema.items)) next.items = schema.items.map((part) => withParts(part, owner));
  else if (schema.items !== undefined) next.items = withParts(schema.items, owner);
  if (!schema.properties) return next;
  const { kind } = schema.properties;
  const own = typeof kind === 'object' && typeof kind.const === 'string' ? kind.const : owner;
  const fields = Object.entries(schema.properties).map(([name, part]): [string, Part] => {
    const meaning = meanings[`${own}.${name}`] ?? meanings[name];
    if (!meaning || typeof part === 'boolean') throw new Error(`json schema: a field must have a meaning, got ${name}`);
    return [name, { description: meaning(), ...described(part, name) }];
  });
  return { ...next, properties: Object.fromEntries(fields) };
}

/** The schema of a saved table (JSON Schema, draft-07). It says all but the rules that hold between fields. */
export function architectureJsonSchema(): JsonSchema {
  // A whole number says its range as metadata, next to the check itself.
  const schema = toJsonSchema(architectureSchema, { typeMode: 'input', ignoreActions: ['check'] });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:bneck:architecture:1',
    title: m.listing_schema_title(),
    description: m.listing_schema_network(),
    ...described(schema, '')
  };
}

/** The schema as the text of static/architecture.schema.json. */
export function architectureJsonSchemaText(): string {
  return `${JSON.stringify(architectureJsonSchema(), null, 2)}\n`;
}

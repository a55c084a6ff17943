/** @file Step 1, spec: the outside shape of a table, as one schema. */
import * as v from 'valibot';
import { maxClasses, maxInput, maxInputChannels, maxNameLength, maxRows, maxWidth } from './limits';

const whole = (label: string, low: number, high: number) =>
  v.pipe(
    v.number(`${label} must be a number`),
    v.check(
      (value) => Number.isInteger(value) && value >= low && value <= high,
      (issue) => `${label} must be a whole number from ${low} to ${high}, got ${String(issue.input)}`
    )
  );

const oneOf = <const T extends readonly (string | number)[]>(label: string, options: T) =>
  v.picklist(options, (issue) => `${label} must be ${options.join(', ')}; got ${issue.received}`);

/** An object of exactly these fields; says which is missing, unknown, or that it is no object at all. */
const record = <const E extends v.ObjectEntries>(label: string, entries: E) =>
  v.strictObject(entries, ({ expected, received }) => {
    if (expected === 'never') return `${label} has no field ${received}`;
    return received === 'undefined'
      ? `${label} needs the field ${expected}`
      : `${label} must be an object, got ${received}`;
  });

const width = (label: string) => whole(label, 1, maxWidth);
const kernel = oneOf('kernel', [3, 5, 7]);
const stride = oneOf('stride', [1, 2]);
const nl = oneOf('NL', ['linear', 'relu', 'relu6', 'hardSwish']);
const layer = record('a head layer', { out: width('#out'), nl });

const bneckRow = record('a bneck row', {
  kind: v.literal('bneck'),
  kernel,
  expSize: width('exp size'),
  out: width('#out'),
  se: v.nullable(record('SE', { channels: width('SE channels') })),
  nl,
  stride
});

const separableRow = record('a separable row', {
  kind: v.literal('separable'),
  kernel,
  out: width('#out'),
  nl,
  stride
});

/** A table as it may come from a file, a link or storage. */
export const architectureSchema = record('a network', {
  format: v.literal(1, (issue) => `format must be 1, got ${issue.received}`),
  name: v.pipe(
    v.string('name must be a text'),
    v.minLength(1, 'name must not be empty'),
    v.maxLength(maxNameLength, `name must have at most ${maxNameLength} letters`)
  ),
  input: v.strictTuple([
    whole('input height', 1, maxInput),
    whole('input width', 1, maxInput),
    whole('input channels', 1, maxInputChannels)
  ]),
  classes: whole('classes', 2, maxClasses),
  padding: oneOf('padding', ['same', 'symmetric']),
  norm: record('norm', {
    epsilon: v.pipe(v.number(), v.minValue(1e-12, 'epsilon must be positive'), v.maxValue(1)),
    momentum: v.pipe(v.number(), v.minValue(0), v.maxValue(1, 'momentum must be at most 1'))
  }),
  scaling: oneOf('scaling', ['v1', 'v2', 'v3']),
  stem: record('stem', { kernel, out: width('#out'), nl, stride }),
  rows: v.pipe(
    v.array(v.variant('kind', [bneckRow, separableRow], 'kind must be bneck or separable'), 'rows must be a list'),
    v.minLength(1, 'a network needs at least one row'),
    v.maxLength(maxRows, `a network may have at most ${maxRows} rows`)
  ),
  head: record('head', {
    kind: v.literal('classifier', 'head must be a classifier'),
    conv: v.nullable(layer),
    hidden: v.nullable(layer)
  })
});

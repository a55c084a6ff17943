/** @file Import: reads the head of a table off the end of a simplified graph; one rule for each kind of head. */
import type { DecoderHead, DecoderStage, Head, HeadLayer, NL } from '$lib/arch/architecture';
import type { GraphMap } from './map';
import { readLraspp } from './lraspp';
import { gatesOf, globalPool, isGate, isNL, pointwise } from './rows';

/** A head and the number of classes. */
export interface ReadHead {
  readonly head: Head;
  readonly classes: number;
}

/** The end of each column read so far: 0 the stem (or the picture), i row i; the head begins at the last. */
export type HeadRule = (map: GraphMap, columns: readonly string[]) => ReadHead | null;

const layer = (map: GraphMap, name: string, nl: NL): HeadLayer => ({ out: map.shape(name)[2], nl });

/** Pool, optional hidden dense layer, logits; null where something else follows. */
function classifierAt(map: GraphMap, from: string, conv: HeadLayer | null): ReadHead | null {
  const pool = globalPool(map, from);
  const first = pool && pointwise(map, pool.name);
  if (!first) return null;
  const second = pointwise(map, first.name);
  const logits = second ?? first;
  if (logits.nl !== 'linear' || !map.graph.outputs.includes(logits.name)) return null;
  if (second && !isNL(first.nl)) return null;
  const hidden = second && isNL(first.nl) ? layer(map, first.name, first.nl) : null;
  const head: Head = { kind: 'classifier', conv, hidden, dropout: 0, logitsBias: logits.bias !== null };
  return { head, classes: map.shape(logits.name)[2] };
}

const classifier: HeadRule = (map, columns) => {
  const from = columns.at(-1) ?? '';
  const conv = pointwise(map, from, ({ name, nl }) => isNL(nl) && !!globalPool(map, name));
  if (conv && isNL(conv.nl)) return classifierAt(map, conv.name, layer(map, conv.name, conv.nl));
  return classifierAt(map, from, null);
};

/** One decoder stage from the coarse map `from`. */
function stageAt(map: GraphMap, columns: readonly string[], from: string): { stage: DecoderStage; end: string } | null {
  const resize = map.user(from, 'resize');
  const up = resize && pointwise(map, resize.name, ({ nl }) => nl === 'linear');
  if (!up) return null;
  for (const [skip, column] of columns.entries()) {
    const sum = map.user(up.name, 'add', ({ inputs }) => inputs.includes(column));
    const gates = sum && gatesOf(map, sum.name);
    const scale = gates && map.user(column, 'multiply', ({ inputs }) => inputs.includes(gates.end));
    const join = scale && map.user(scale.name, 'add', ({ inputs }) => inputs.includes(up.name));
    const refine = join && pointwise(map, join.name);
    const depthwise = refine && map.user(refine.name, 'depthwise');
    const end = depthwise && map.user(depthwise.name, 'add', ({ inputs }) => inputs.includes(refine.name));
    if (!end || !isNL(refine.nl)) continue;
    const kernel = depthwise.weight.shape[0];
    if (kernel !== 1 && kernel !== 3 && kernel !== 5 && kernel !== 7) return null;
    return { stage: { skip, squeeze: gates.se.channels, kernel, nl: refine.nl }, end: end.name };
  }
  return null;
}

const decoder: HeadRule = (map, columns) => {
  const from = columns.at(-1) ?? '';
  const context = pointwise(map, from, ({ nl }) => nl === 'relu');
  const pool = globalPool(map, from);
  const gate = pool && pointwise(map, pool.name);
  const scale = gate && context && map.user(context.name, 'multiply', ({ inputs }) => inputs.includes(gate.name));
  if (!scale || !isGate(gate.nl)) return null;
  const stages: DecoderStage[] = [];
  let at = scale.name;
  for (let next = stageAt(map, columns, at); next; next = stageAt(map, columns, at)) {
    stages.push(next.stage);
    at = next.end;
  }
  const mask = map.user(at, 'transposedConv');
  if (!mask || (mask.nl !== 'sigmoid' && mask.nl !== 'linear')) return null;
  const head: DecoderHead = {
    kind: 'decoder',
    filters: map.shape(context.name)[2],
    gate: gate.nl,
    stages,
    out: mask.nl
  };
  return { head, classes: map.shape(mask.name)[2] };
};

/** No head: every output is the end of a row, and the last row is one of them. */
const features: HeadRule = (map, columns) => {
  const outIndices = map.graph.outputs.map((name) => columns.indexOf(name) - 1);
  const open = map.users(columns.at(-1) ?? '').length > 0 || outIndices.some((index) => index < 0);
  return open ? null : { head: { kind: 'features', outIndices }, classes: 1 };
};

/** Every head that can be read, tried in this order after each row. */
export const headRules: readonly HeadRule[] = [decoder, readLraspp, classifier, features];

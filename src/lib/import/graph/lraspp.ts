/** @file Import: reads an LR-ASPP head off the end of a simplified graph (MobileNetV3 §6.4, Fig. 10). */
import type { LrasppHead } from '$lib/arch/architecture';
import type { ConvNode, DenseNode } from './graph';
import type { GraphMap } from './map';
import { isGate, isNL, pointwise } from './rows';

type Pool = LrasppHead['pool'];

/** The pooled gate of map `from`: what it pools, its 1x1 convolution, and the map (as large as the context) it ends in. */
function gateAt(
  map: GraphMap,
  from: string
): { readonly pool: Pool; readonly conv: ConvNode | DenseNode; readonly end: string } | null {
  const pool = map.user(from, 'averagePool');
  const conv = pool && pointwise(map, pool.name);
  // Writers that know no layer without a bias give it zeros.
  if (!conv || conv.bias?.some((value) => value !== 0)) return null;
  const [height, width] = map.shape(from);
  const global = pool.window[0] === height && pool.window[1] === width;
  const windows: Pool = { kernel: pool.window, stride: pool.stride };
  return { pool: global ? 'global' : windows, conv, end: map.user(conv.name, 'resize')?.name ?? conv.name };
}

/** The head and its classes where it begins at the last of `columns`; null where something else follows. */
export function readLraspp(
  map: GraphMap,
  columns: readonly string[]
): { readonly head: LrasppHead; readonly classes: number } | null {
  const last = columns.at(-1) ?? '';
  const conv = pointwise(map, last, ({ name, nl }) => isNL(nl) && gateAt(map, name) !== null);
  const from = conv?.name ?? last;
  const context = pointwise(map, from, ({ nl }) => nl === 'relu');
  const gate = gateAt(map, from);
  const scale = gate && context && map.user(context.name, 'multiply', ({ inputs }) => inputs.includes(gate.end));
  const up = scale && map.user(scale.name, 'resize');
  const high = up && pointwise(map, up.name, ({ nl }) => nl === 'linear');
  const sum = high && map.user(high.name, 'add');
  const mask = sum && map.user(sum.name, 'resize');
  const low = sum?.inputs.find((name) => name !== high?.name);
  const column = columns.findIndex((name) => pointwise(map, name, (node) => node.name === low) !== undefined);
  if (!mask || column < 1 || !isGate(gate.conv.nl) || !map.graph.outputs.includes(mask.name)) return null;
  const head: LrasppHead = {
    kind: 'lraspp',
    conv: conv && isNL(conv.nl) ? { out: map.shape(conv.name)[2], nl: conv.nl } : null,
    filters: map.shape(context.name)[2],
    low: column - 1,
    pool: gate.pool,
    gate: gate.conv.nl,
    norm: null
  };
  return { head, classes: map.shape(mask.name)[2] };
}

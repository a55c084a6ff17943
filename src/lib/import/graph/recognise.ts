/** @file Import: turns a foreign graph into an editable table with its weights, or names the node no table can say. */
import type { Architecture, Padding, Row, ScalingRule } from '$lib/arch/architecture';
import { maxRows } from '$lib/arch/limits';
import { checkArchitecture } from '$lib/arch/parse';
import { m } from '$paraglide/messages';
import { NotUnderstood, understood, type Graph, type Imported } from './graph';
import { bind } from './bind';
import { headRules, type ReadHead } from './heads';
import { GraphMap } from './map';
import { told } from './read-about';
import { readRow, readStem } from './rows';
import { simplify } from './simplify';

const paddings: readonly Padding[] = ['same', 'symmetric', 'valid'];

/** Every padding, the one that the file names first. */
export function paddingsOf({ about }: Graph): readonly Padding[] {
  return about ? [about.padding, ...paddings.filter((padding) => padding !== about.padding)] : paddings;
}

function readHead(map: GraphMap, columns: readonly string[]): ReadHead | null {
  for (const rule of headRules) {
    const found = rule(map, columns);
    if (found) return found;
  }
  return null;
}

/** Names what follows the map at which reading stopped. */
function refuse(map: GraphMap, at: string): never {
  const next = map.users(at)[0];
  const node = next?.name ?? at;
  throw new NotUnderstood(node, m.import_node({ node, kind: next?.kind ?? m.import_the_end() }));
}

/** The rule that fits what was read: V1's rows, V2's ReLU6 bottlenecks, V3's anything else. */
function scalingOf(rows: readonly Row[]): ScalingRule {
  if (rows.every(({ kind }) => kind === 'separable')) return 'v1';
  return rows.every((row) => row.kind === 'bneck' && row.nl === 'relu6' && !row.se) ? 'v2' : 'v3';
}

/** Without padding a kernel shrinks the map: there is nothing to add the input to. */
const unjoined = (row: Row): Row => (row.kind === 'bneck' && row.kernel > 1 ? { ...row, shortcut: 'none' } : row);

type Opening = ReturnType<typeof readStem>;

/** Reads rows and head after the stem; padding is found out by binding. */
function readTable(map: GraphMap, opening: Opening): Omit<Architecture, 'padding'> {
  const columns = [opening?.end ?? ''];
  const rows: Row[] = [];
  for (;;) {
    const found = rows.length > 0 ? readHead(map, columns) : null;
    if (found) {
      const { input, nodes } = map.graph;
      const convBias = nodes.some((node) => (node.kind === 'conv' || node.kind === 'depthwise') && node.bias !== null);
      const stem = opening?.stem ?? null;
      const scaling = scalingOf(rows);
      return { format: 1, name: m.import_unnamed(), input, convBias, norm: null, scaling, stem, rows, ...found };
    }
    const at = columns.at(-1) ?? '';
    const next = rows.length < maxRows ? readRow(map, at) : null;
    if (!next) refuse(map, at);
    rows.push(next.row);
    columns.push(next.end);
  }
}

function recognised(map: GraphMap, opening: Opening, notes: readonly string[]): Imported {
  const table = readTable(map, opening);
  let stuck = '';
  for (const padding of paddingsOf(map.graph)) {
    const rows = padding === 'valid' ? table.rows.map(unjoined) : table.rows;
    const arch: Architecture = told({ ...table, padding, rows }, map.graph);
    const issues = checkArchitecture(arch);
    if (issues.length > 0 && padding === paddings[0]) return { kind: 'bad', issues };
    const bound = issues.length > 0 ? null : bind(arch, map);
    if (bound?.kind === 'ok') return { kind: 'ok', arch, tensors: bound.tensors, notes };
    stuck ||= bound?.node ?? '';
  }
  throw new NotUnderstood(stuck, m.import_node({ node: stuck, kind: map.node(stuck)?.kind ?? m.import_the_end() }));
}

/** A foreign graph as a table with weights; what no table can say comes back as an issue that names the node. */
export function recognise(foreign: Graph): Imported {
  return understood(() => {
    const { graph, notes } = simplify(foreign);
    const map = new GraphMap(graph);
    const opening = readStem(map);
    const first = understood(() => recognised(map, opening, notes));
    if (first.kind === 'ok' || !opening) return first;
    // A single block may open with a convolution that is a row, or part of one.
    const second = understood(() => recognised(map, null, notes));
    return second.kind === 'ok' ? second : first;
  });
}

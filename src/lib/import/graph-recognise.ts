/** @file Import: turns a foreign graph into an editable table with its weights, or names the node no table can say. */
import type { Architecture, Padding, Row } from '$lib/arch/architecture';
import { maxNameLength, maxRows } from '$lib/arch/limits';
import { checkArchitecture } from '$lib/arch/parse';
import { m } from '$paraglide/messages';
import { NotUnderstood, understood, type Graph, type Imported } from './graph';
import { bind } from './graph-bind';
import { headRules, type ReadHead } from './graph-heads';
import { GraphMap } from './graph-map';
import { readRow, readStem } from './graph-rows';
import { simplify } from './graph-simplify';

const paddings: readonly Padding[] = ['same', 'symmetric', 'valid'];

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

/** Reads stem, rows and head; padding is found out by binding. */
function readTable(map: GraphMap): Omit<Architecture, 'padding'> {
  const stem = readStem(map);
  const columns = [stem?.end ?? ''];
  const rows: Row[] = [];
  for (;;) {
    const at = columns.at(-1) ?? '';
    const found = rows.length > 0 ? readHead(map, columns) : null;
    const { input, name } = map.graph;
    const convBias = map.graph.nodes.some((node) => (node.kind === 'conv' || node.kind === 'depthwise') && !!node.bias);
    if (found) {
      const shared = {
        format: 1,
        name: name.slice(0, maxNameLength) || m.import_unnamed(),
        input,
        norm: null
      } as const;
      return { ...shared, convBias, scaling: 'v3', stem: stem?.stem ?? null, rows, ...found };
    }
    const next = rows.length < maxRows ? readRow(map, at) : null;
    if (!next) refuse(map, at);
    rows.push(next.row);
    columns.push(next.end);
  }
}

function recognised(foreign: Graph): Imported {
  const { graph, notes } = simplify(foreign);
  const map = new GraphMap(graph);
  const table = readTable(map);
  let stuck = '';
  for (const padding of paddings) {
    const arch: Architecture = { ...table, padding };
    const issues = checkArchitecture(arch);
    if (issues.length > 0) return { kind: 'bad', issues };
    const bound = bind(arch, map);
    if (bound.kind === 'ok') return { kind: 'ok', arch, tensors: bound.tensors, notes };
    stuck ||= bound.node;
  }
  throw new NotUnderstood(stuck, m.import_node({ node: stuck, kind: map.node(stuck)?.kind ?? m.import_the_end() }));
}

/** A foreign graph as a table with weights; what no table can say comes back as an issue that names the node. */
export function recognise(graph: Graph): Imported {
  return understood(() => recognised(graph));
}

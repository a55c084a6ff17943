/** @file Import: reads the rows of a table off a simplified graph, one block after the other. */
import type { BneckRow, Gate, Kernel, NL, Row, SqueezeExcite, Stem, Stride } from '$lib/arch/architecture';
import type { ConvNode, DenseNode, DepthwiseNode, GraphNode } from './graph';
import type { GraphMap } from './map';

/** A row and the name of the map it ends in. */
export interface ReadRow {
  readonly row: Row;
  readonly end: string;
}

const kernels: readonly number[] = [1, 3, 5, 7] satisfies Kernel[];
const nls: readonly string[] = ['linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish'] satisfies NL[];
const gates: readonly string[] = ['hardSigmoid', 'sigmoid', 'linear'] satisfies Gate[];

export const isNL = (nl: string): nl is NL => nls.includes(nl);
export const isGate = (nl: string): nl is Gate => gates.includes(nl);

interface Window {
  readonly kernel: Kernel;
  readonly stride: Stride;
  readonly dilation: number;
  readonly nl: NL;
}

/** The window as a row can say it; null where it cannot: unequal sides, an even kernel, a wide step. */
function windowOf(node: ConvNode | DepthwiseNode): Window | null {
  const [kernel = 0, width] = node.weight.shape;
  const [stride] = node.stride;
  const dilation = kernel === 1 ? 1 : node.dilation[0];
  const square = kernel === width && stride === node.stride[1] && (kernel === 1 || dilation === node.dilation[1]);
  if (!square || !kernels.includes(kernel) || (stride !== 1 && stride !== 2) || !isNL(node.nl)) return null;
  return { kernel: kernel as Kernel, stride, dilation, nl: node.nl };
}

/** A 1x1 convolution of stride 1: a convolution, or a dense layer of a 1x1 map. */
function isPointwise(node: GraphNode): node is ConvNode | DenseNode {
  if (node.kind === 'dense') return true;
  return node.kind === 'conv' && node.weight.shape[0] === 1 && node.weight.shape[1] === 1 && node.stride[0] === 1;
}

/** The first 1x1 convolution that reads `name` and passes. */
export function pointwise(
  map: GraphMap,
  name: string,
  passes: (node: ConvNode | DenseNode) => boolean = () => true
): ConvNode | DenseNode | undefined {
  return map.users(name).find((node): node is ConvNode | DenseNode => isPointwise(node) && passes(node));
}

/** The pool over the whole of map `name`. */
export function globalPool(map: GraphMap, name: string): GraphNode | undefined {
  const [height, width] = map.shape(name);
  return map.user(name, 'averagePool', ({ window }) => window[0] === height && window[1] === width);
}

/** The gates made from `name`: pool, squeeze, excite; with the name they end in. */
export function gatesOf(
  map: GraphMap,
  name: string
): { readonly se: Omit<SqueezeExcite, 'place'>; end: string } | null {
  const pool = globalPool(map, name);
  const squeeze = pool && pointwise(map, pool.name);
  const excite = squeeze && pointwise(map, squeeze.name);
  if (!excite || !isNL(squeeze.nl) || !isGate(excite.nl)) return null;
  const channels = map.shape(squeeze.name)[2];
  const bias = squeeze.bias !== null || excite.bias !== null;
  return { se: { channels, nl: squeeze.nl, gate: excite.nl, bias, norm: false }, end: excite.name };
}

/** The squeeze-and-excite of map `name`, if it has one. */
function squeezeExcite(map: GraphMap, name: string): { se: Omit<SqueezeExcite, 'place'>; end: string } | null {
  const gates = gatesOf(map, name);
  const scale = gates && map.user(name, 'multiply', ({ inputs }) => inputs.includes(gates.end));
  return scale ? { se: gates.se, end: scale.name } : null;
}

type Shortcut = Pick<BneckRow, 'shortcut'> & { readonly end: string };

/** What joins `project` and the block's input `from`. */
function shortcutOf(map: GraphMap, from: string, project: string): Shortcut {
  const [input, output] = [map.shape(from), map.shape(project)];
  const add = map.user(project, 'add');
  if (input.join() === output.join()) {
    return add?.inputs.includes(from) ? { shortcut: 'identity', end: add.name } : { shortcut: 'none', end: project };
  }
  const other = add?.inputs.find((name) => name !== project);
  const through = pointwise(map, from, ({ name, nl }) => name === other && nl === 'linear');
  return add && through ? { shortcut: 'conv', end: add.name } : { shortcut: 'identity', end: project };
}

interface Separable {
  readonly window: Window;
  readonly depthwise: DepthwiseNode;
  readonly project: ConvNode | DenseNode;
  readonly from: string;
}

/** Depthwise and pointwise of one non-linearity, or a bare depthwise before the pointwise; null for a bottleneck. */
function separableOf(map: GraphMap, { window, depthwise, project, from }: Separable): ReadRow | null {
  const { nl } = project;
  const bare = window.nl === 'linear' && depthwise.bias === null;
  const joined = map.user(project.name, 'add', ({ inputs }) => inputs.includes(from));
  if (!isNL(nl) || joined || !(bare || (nl === window.nl && nl !== 'linear'))) return null;
  const between = bare ? 'plain' : 'normed';
  const [, , out] = map.shape(project.name);
  return { row: { kind: 'separable', ...window, nl, out, between }, end: project.name };
}

/** A block from its depthwise on; `from` is what the block reads. */
function blockFrom(
  map: GraphMap,
  from: string,
  depthwise: DepthwiseNode,
  expand: BneckRow['expand'] | null
): ReadRow | null {
  const window = windowOf(depthwise);
  if (!window || depthwise.weight.shape[3] !== 1) return null;
  const before = squeezeExcite(map, depthwise.name);
  // What somebody else reads, too, is the end of a row.
  if (map.looks(depthwise.name) !== (before ? 2 : 1) || (before && map.looks(before.end) !== 1)) return null;
  const project = pointwise(map, before?.end ?? depthwise.name);
  if (!project || !isNL(project.nl)) return null;
  const [, , out] = map.shape(project.name);
  const separable = separableOf(map, { window, depthwise, project, from });
  if (separable && expand === null && !before) return separable;
  if (project.nl !== 'linear') return null;
  const after = before || map.looks(project.name) !== 2 ? null : squeezeExcite(map, project.name);
  const se: SqueezeExcite | null = before
    ? { ...before.se, place: 'afterDepthwise' }
    : after && { ...after.se, place: 'afterProject' };
  const expSize = map.shape(depthwise.name)[2];
  const { shortcut, end } = shortcutOf(map, from, after?.end ?? project.name);
  return { row: { kind: 'bneck', ...window, expSize, out, se, expand: expand ?? 'whenWider', shortcut }, end };
}

function bneckWithExpand(map: GraphMap, from: string): ReadRow | null {
  const expand = pointwise(map, from, ({ name, nl }) => !!map.user(name, 'depthwise', (node) => node.nl === nl));
  const depthwise = expand && map.user(expand.name, 'depthwise', (node) => node.nl === expand.nl);
  if (!depthwise) return null;
  const wider = map.shape(from)[2] !== map.shape(expand.name)[2];
  return blockFrom(map, from, depthwise, wider ? 'whenWider' : 'always');
}

function depthwiseRow(map: GraphMap, from: string): ReadRow | null {
  const node = map.user(from, 'depthwise');
  const window = node && windowOf(node);
  if (!window) return null;
  const block = blockFrom(map, from, node, null);
  if (block) return block;
  return { row: { kind: 'depthwise', ...window, multiplier: node.weight.shape[3] ?? 1 }, end: node.name };
}

function convRow(map: GraphMap, from: string): ReadRow | null {
  const node = map.user(from, 'conv');
  const window = node && windowOf(node);
  return window ? { row: { kind: 'conv', ...window, out: map.shape(node.name)[2] }, end: node.name } : null;
}

function squeezeExciteRow(map: GraphMap, from: string): ReadRow | null {
  const found = squeezeExcite(map, from);
  return found && { row: { kind: 'squeezeExcite', se: { ...found.se, place: 'afterDepthwise' } }, end: found.end };
}

/** The row that begins at map `from`; null where none does. */
export function readRow(map: GraphMap, from: string): ReadRow | null {
  return bneckWithExpand(map, from) ?? squeezeExciteRow(map, from) ?? depthwiseRow(map, from) ?? convRow(map, from);
}

/** The full convolution that reads the picture; null for a network that opens with something else. */
export function readStem(map: GraphMap): { readonly stem: Stem; readonly end: string } | null {
  const node = map.user('', 'conv');
  const window = node && windowOf(node);
  if (!window || window.dilation !== 1 || map.users('').length > 1) return null;
  const { kernel, nl, stride } = window;
  return { stem: { kernel, nl, stride, out: map.shape(node.name)[2] }, end: node.name };
}

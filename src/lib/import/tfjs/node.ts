/** @file Import: the nodes of a TensorFlow.js graph model and their attributes, as the file spells them. */
import { m } from '$paraglide/messages';
import { NotUnderstood, type GraphPadding, type Pair } from '../graph/graph';
import { fields, items, number, said, text, whole, type Fields } from './json';

/** One node: `inputs` without the number of the output read and without control inputs. */
export interface FileNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Fields;
}

/** Nodes beyond this are no network of the family. */
const mostNodes = 50_000;

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Attributes spell words as base64 or as a list of bytes. */
function wordOf(where: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((byte) => String.fromCharCode(whole(where, byte) & 0xff)).join('');
  const coded = text(where, value).replace(/=+$/, '');
  let [bits, held, out] = [0, 0, ''];
  for (const letter of coded) {
    bits = ((bits << 6) | Math.max(0, base64.indexOf(letter))) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += String.fromCharCode((bits >> held) & 0xff);
  }
  return out;
}

const attribute = ({ name, attributes }: FileNode, key: string): Fields | null =>
  attributes[key] === undefined ? null : fields(name, attributes[key]);

const listOf = (node: FileNode, key: string, of: 'i' | 's'): readonly unknown[] => {
  const list = attribute(node, key)?.['list'];
  const values = list === undefined ? undefined : fields(node.name, list)[of];
  return values === undefined ? [] : items(node.name, values);
};

/** A word such as a padding; '' where there is none. */
export function word(node: FileNode, key: string): string {
  const value = attribute(node, key)?.['s'];
  return value === undefined ? '' : wordOf(node.name, value);
}

/** A list of words such as the operations fused into a convolution. */
export function words(node: FileNode, key: string): string[] {
  return listOf(node, key, 's').map((value) => wordOf(node.name, value));
}

/** A list of whole numbers; empty where there is none. */
export function integers(node: FileNode, key: string): number[] {
  return listOf(node, key, 'i').map((value) => number(node.name, value));
}

export function float(node: FileNode, key: string, otherwise: number): number {
  const value = attribute(node, key)?.['f'];
  return value === undefined ? otherwise : number(node.name, value);
}

export function integer(node: FileNode, key: string, otherwise: number): number {
  const value = attribute(node, key)?.['i'];
  return value === undefined ? otherwise : number(node.name, value);
}

export function yes(node: FileNode, key: string): boolean {
  return attribute(node, key)?.['b'] === true;
}

/** The sides a node's shape attribute gives; -1 where one is not known, null where nothing is. */
export function sides(node: FileNode, key: string): number[] | null {
  const shape = attribute(node, key)?.['shape'];
  const dim = shape === undefined ? undefined : fields(node.name, shape)['dim'];
  if (dim === undefined) return null;
  return items(node.name, dim).map((side) => number(node.name, fields(node.name, side)['size'] ?? -1));
}

/** Throws, naming the node, the option and its value. */
export function refuseOption(node: { readonly name: string }, option: string, value: unknown): never {
  throw new NotUnderstood(node.name, m.import_tfjs_option({ option, value: said(value) }));
}

/** Two inner numbers of a list [1, height, width, 1]. */
export function inner(node: FileNode, key: string): Pair {
  const list = integers(node, key);
  if (list.length === 0) return [1, 1];
  const [batch, height = 0, width = 0, channel] = list;
  if (list.length !== 4 || batch !== 1 || channel !== 1 || !(height >= 1) || !(width >= 1)) {
    return refuseOption(node, key, list.join());
  }
  return [whole(node.name, height, 1), whole(node.name, width, 1)];
}

/** How the node's window meets the border; throws unless pixels come before channels. */
export function paddingOf(node: FileNode): GraphPadding {
  const format = word(node, 'data_format');
  if (format !== '' && format !== 'NHWC') return refuseOption(node, 'data_format', format);
  const padding = word(node, 'padding');
  if (padding === 'SAME') return 'same';
  if (padding === 'VALID') return 'valid';
  const explicit = integers(node, 'explicit_paddings');
  const [n0, n1, top = -1, bottom = -1, left = -1, right = -1, c0, c1] = explicit;
  const legal = [top, bottom, left, right].every((zeros) => Number.isInteger(zeros) && zeros >= 0 && zeros < 64);
  if (padding !== 'EXPLICIT' || !legal || [n0, n1, c0, c1].some((zeros) => zeros !== 0)) {
    return refuseOption(node, 'padding', padding || explicit.join());
  }
  return [top, bottom, left, right];
}

/** The nodes of `modelTopology` by name. */
export function readNodes(topology: Fields): ReadonlyMap<string, FileNode> {
  const list = items('node', topology['node']);
  if (list.length > mostNodes) throw new NotUnderstood('node', m.import_tfjs_many({ most: mostNodes }));
  const nodes = new Map<string, FileNode>();
  for (const value of list) {
    const node = fields('node', value);
    const name = text('node', node['name']);
    const inputs = items(name, node['input'] ?? []).map((input) => text(name, input));
    nodes.set(name, {
      name,
      op: text(name, node['op']),
      inputs: inputs.filter((input) => !input.startsWith('^')).map((input) => input.replace(/:\d+$/, '')),
      attributes: fields(name, node['attr'] ?? {})
    });
  }
  return nodes;
}

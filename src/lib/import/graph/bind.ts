/** @file Import: proves that a table lowers to exactly the foreign graph, and takes its tensors over op by op. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { lowerWithOutputs } from '$lib/ops/lower';
import { match, type ConvOp, type DepthwiseOp, type Op, type Pad, type Rules } from '$lib/ops/op';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import type { ConvNode, DepthwiseNode, GraphNode, Pair } from './graph';
import { isWeighted } from './fold';
import { padOf, type GraphMap } from './map';

/** The tensors of the table, or the node no op of the table stands for. */
export type Bound =
  { readonly kind: 'ok'; readonly tensors: Tensors } | { readonly kind: 'bad'; readonly node: string };

/** Tries of one search; a table of the family needs about one for each op. */
const mostTries = 20_000;
/** Nodes looked at in one search; a table of the family needs a few for each op. */
const mostLooks = 20_000;

const same = (a: readonly (number | string)[], b: readonly (number | string)[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

const both = (pair: Pair, value: number): boolean => pair[0] === value && pair[1] === value;

/** Whether two paddings agree for windows that give the same map: what lies after the last window does not count. */
const samePad = (a: Pad, b: Pad): boolean => a[0] === b[0] && a[2] === b[2];

function sameWindow(op: ConvOp | DepthwiseOp, node: ConvNode | DepthwiseNode, input: Shape): boolean {
  const kernel: Pair = [node.weight.shape[0] ?? 0, node.weight.shape[1] ?? 0];
  return (
    both(kernel, op.kernel) &&
    both(node.stride, op.stride) &&
    (op.kernel === 1 || both(node.dilation, op.dilation)) &&
    samePad(op.pad, padOf(node, kernel, input)) &&
    node.nl === op.nl
  );
}

/** Whether the node does what the op of that kind does; inputs and shapes are compared elsewhere. */
const rules: Rules<(node: GraphNode, input: Shape) => boolean> = {
  conv: (op) => (node, input) => {
    if (node.kind === 'dense') return op.kernel === 1 && input[0] * input[1] === 1 && node.nl === op.nl;
    return node.kind === 'conv' && sameWindow(op, node, input);
  },
  depthwise: (op) => (node, input) => node.kind === 'depthwise' && sameWindow(op, node, input),
  transposedConv: (op) => (node) =>
    node.kind === 'transposedConv' &&
    both(node.stride, op.kernel) &&
    same(node.weight.shape.slice(0, 2), [op.kernel, op.kernel]) &&
    node.nl === op.nl,
  dense: (op) => (node) =>
    (node.kind === 'dense' || (node.kind === 'conv' && same(node.weight.shape.slice(0, 2), [1, 1]))) &&
    node.nl === op.nl,
  pool: () => (node, input) => node.kind === 'averagePool' && same(node.window, input.slice(0, 2)),
  averagePool: (op) => (node) =>
    node.kind === 'averagePool' &&
    node.padding === 'valid' &&
    same(node.window, op.kernel) &&
    same(node.stride, op.stride),
  resize: () => (node) => node.kind === 'resize' && node.centres === 'halfPixel',
  multiply: () => (node) => node.kind === 'multiply' && node.nl === 'linear',
  add: () => (node) => node.kind === 'add' && node.nl === 'linear',
  concat: (op) => (node, input) => {
    if (node.kind !== 'concat') return false;
    const channels = node.axis === -1 || node.axis === 2;
    return op.axis === 'rows' ? !channels : channels && same(input.slice(0, 2), op.in.slice(0, 2));
  }
};

/** Whether the order of the inputs makes no difference. */
const commutes = (op: Op): boolean => op.kind === 'add' || op.kind === 'multiply';

class Search {
  /** Op id to node name; '' is the picture on both sides. */
  private readonly names = new Map<string, string>([['', '']]);
  private readonly taken = new Set<string>();
  private tries = 0;
  private looks = 0;

  constructor(
    private readonly map: GraphMap,
    private readonly ops: readonly Op[]
  ) {}

  /** Finds a node for every op from `index` on. */
  run(): ReadonlyMap<string, string> | null {
    const choices: GraphNode[][] = [];
    for (let index = 0; index < this.ops.length;) {
      const op = this.ops[index]!;
      const left = (choices[index] ??= this.candidates(op));
      const node = left.pop();
      if (node && this.tries++ < mostTries) {
        this.names.set(op.id, node.name);
        this.taken.add(node.name);
        index += 1;
        continue;
      }
      choices.length = index;
      index -= 1;
      const before = this.ops[index];
      if (!before || this.tries >= mostTries || this.looks >= mostLooks) return null;
      this.taken.delete(this.names.get(before.id) ?? '');
    }
    return this.names;
  }

  /** Nodes that may stand for the op, the one to try first last. */
  private candidates(op: Op): GraphNode[] {
    const inputs = op.inputs.map((id) => this.names.get(id) ?? '');
    const input = this.map.shape(inputs[0] ?? '');
    const fits = match(op, rules);
    const users = this.map.users(inputs[0] ?? '');
    this.looks += users.length;
    return users
      .filter((node) => {
        const [wanted, got] = commutes(op) ? [inputs.toSorted(), node.inputs.toSorted()] : [inputs, node.inputs];
        const wired = same(wanted, got) && !this.taken.has(node.name);
        return wired && same(this.map.shape(node.name), op.out) && fits(node, input);
      })
      .toReversed();
  }

  /** The first node, in the graph's order, that no op on the last way stood for. */
  stuckAt(): string {
    return this.map.graph.nodes.find((node) => !this.taken.has(node.name))?.name ?? '';
  }
}

/** Tensors of one op out of its node; null where a shape differs. */
function tensorsFrom(op: Op, node: GraphNode): Record<string, Tensor> | null {
  const tensors: Record<string, Tensor> = {};
  for (const { name, role, shape } of tensorsOf(op)) {
    if (!isWeighted(node)) return null;
    const size = shape.reduce((a, b) => a * b, 1);
    const data = role === 'weight' ? node.weight.data : (node.bias ?? new Float32Array(size));
    const inner = node.weight.shape.filter((side) => side !== 1);
    if (data.length !== size) return null;
    if (
      role === 'weight' &&
      !same(
        inner,
        shape.filter((side) => side !== 1)
      )
    )
      return null;
    tensors[name] = { shape, data };
  }
  // A bias the table has no place for would be lost; zeros are none.
  if (isWeighted(node) && node.bias?.some((value) => value !== 0) && !(`${op.id}.bias` in tensors)) return null;
  return tensors;
}

/** Binds every op of the table to one node of the simplified graph and every node to an op. */
export function bind(arch: Architecture, map: GraphMap): Bound {
  const { ops, outputs } = lowerWithOutputs(arch);
  const search = new Search(map, ops);
  const names = search.run();
  if (!names) return { kind: 'bad', node: search.stuckAt() };
  const all: Record<string, Tensor> = {};
  const used = new Set(names.values());
  for (const op of ops) {
    const node = map.node(names.get(op.id) ?? '');
    const tensors = node && tensorsFrom(op, node);
    if (!tensors) return { kind: 'bad', node: node?.name ?? '' };
    Object.assign(all, tensors);
  }
  const idle = map.graph.nodes.find((node) => !used.has(node.name));
  if (idle) return { kind: 'bad', node: idle.name };
  const answers = outputs.map((id) => names.get(id) ?? '');
  const missing = map.graph.outputs.find((name) => !answers.includes(name));
  return missing === undefined ? { kind: 'ok', tensors: all } : { kind: 'bad', node: missing };
}

/** @file Import: a TensorFlow.js graph model as a neutral graph; every value has a batch of one. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { GraphBuilder, type Value } from '../graph/builder';
import type { FileTensor } from './manifest';
import type { FileNode } from './node';
import { graphOps, type OpGround } from './ops';
import { pictureOf } from './picture';

/** Reads values of a graph model on demand, each once. */
export class GraphReader implements OpGround {
  readonly builder: GraphBuilder;
  /** Where the picture enters: that node and its size are the input. */
  private readonly picture: string;
  private readonly values = new Map<string, Value>();

  constructor(
    readonly nodes: ReadonlyMap<string, FileNode>,
    private readonly tensors: ReadonlyMap<string, FileTensor>
  ) {
    const { node, size } = pictureOf(this);
    this.picture = node;
    this.builder = new GraphBuilder(size);
  }

  node(name: string, reader = name): FileNode {
    const node = this.nodes.get(name);
    if (!node) throw new NotUnderstood(reader, m.import_tfjs_input({ input: name }));
    return node;
  }

  /** The constant a name stands for, through identities; undefined where it is computed. */
  constant(name: string): FileTensor | undefined {
    let node = this.nodes.get(name);
    for (let steps = 0; node?.op === 'Identity' && steps < 64; steps++) node = this.nodes.get(node.inputs[0] ?? '');
    if (node?.op !== 'Const') return undefined;
    const tensor = this.tensors.get(node.name);
    if (!tensor) throw new NotUnderstood(node.name, m.import_tfjs_tensor());
    return tensor;
  }

  /** The constant that must stand at input `index` of a node. */
  constantInput(node: FileNode, index: number): FileTensor {
    const tensor = this.constant(node.inputs[index] ?? '');
    if (!tensor)
      throw new NotUnderstood(node.name, m.import_tfjs_constant({ input: node.inputs[index] ?? String(index) }));
    return tensor;
  }

  /** Whole numbers known before any picture: a constant, or a list packed of constants and of shapes (batch 1). */
  integers(name: string): number[] | null {
    const constant = this.constant(name);
    if (constant) return constant.whole ? [...constant.data] : null;
    const node = this.nodes.get(name);
    if (node?.op === 'Shape') {
      const read = this.values.get(node.inputs[0] ?? '');
      return read ? [1, ...read.shape] : null;
    }
    if (node?.op === 'StridedSlice') {
      const from = this.nodes.get(node.inputs[0] ?? '');
      if (from?.op !== 'Shape') return null;
      const begin = this.constantInput(node, 1).data[0] ?? 0;
      // The batch is the only side models take out of a shape; its value is 1 here whatever the picture.
      return begin === 0 ? [1] : (this.integers(from.name)?.slice(begin, begin + 1) ?? null);
    }
    if (node?.op !== 'Pack') return null;
    const parts = node.inputs.map((input) => (this.nodes.get(input)?.op === 'Pack' ? null : this.integers(input)));
    return parts.every((part) => part?.length === 1) ? parts.flatMap((part) => part ?? []) : null;
  }

  /** The value of input `index` of a node, read before. */
  input(node: FileNode, index: number): Value {
    const name = node.inputs[index] ?? '';
    const value = this.values.get(name);
    if (!value) throw new NotUnderstood(node.name, m.import_tfjs_input({ input: name }));
    return value;
  }

  /** The value of a node; reads whatever it needs first. */
  value(name: string): Value {
    const waiting = [name];
    const open = new Set<string>();
    while (waiting.length > 0) {
      const at = waiting.at(-1) ?? '';
      if (this.values.has(at)) {
        waiting.pop();
        continue;
      }
      if (at === this.picture) {
        this.values.set(at, this.builder.picture);
        continue;
      }
      const node = this.node(at, name);
      const op = Object.hasOwn(graphOps, node.op) ? graphOps[node.op] : undefined;
      if (!op) throw new NotUnderstood(at, m.import_tfjs_op({ op: node.op }));
      const missing = op.reads(this, node).filter((input) => !this.values.has(input));
      if (missing.length === 0) {
        this.values.set(at, op.read(this, node));
      } else if (open.has(at)) {
        throw new NotUnderstood(at, m.import_tfjs_cycle());
      } else {
        open.add(at);
        waiting.push(...missing);
      }
    }
    return this.values.get(name) ?? this.builder.picture;
  }
}

/** Names of the nodes nobody reads: the answers of a model without a signature. */
export function leavesOf(nodes: ReadonlyMap<string, FileNode>): string[] {
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs));
  const silent = ['Const', 'Placeholder', 'NoOp', 'Assert'];
  return [...nodes.values()].filter(({ name, op }) => !read.has(name) && !silent.includes(op)).map(({ name }) => name);
}

/** @file Step 8, export: spells a graph out in what TensorFlow Lite has: it knows no hard sigmoid, no swish, two paddings. */
import type { ConcatNode, ConvNode, DepthwiseNode } from '$lib/import/graph/graph';
import { padOf } from '$lib/import/graph/map';
import type { Activation } from '$lib/ops/op';
import { matchNode, shapeAt, shapesOf, type ExportGraph, type ExportNode, type NodeRules, type Shapes } from '../graph';
import type { Fused, LiteGraph, LiteNode } from './lite-graph';

/** How h-swish is said: by its own operator, or as x · (relu6(x + 3) / 6), which 8-bit kernels take over whole. */
export interface LiteLowering {
  readonly hardSwish: 'native' | 'products';
}

/** What a node can do to its own result, and what must follow it. */
const fusedOf = (nl: Activation): Fused => (nl === 'relu' || nl === 'relu6' ? nl : 'linear');

const MOST_JOINED = 4;

class LiteLowerer {
  readonly nodes: LiteNode[] = [];

  constructor(
    private readonly shapes: Shapes,
    private readonly options: LiteLowering
  ) {}

  add(one: ExportNode): void {
    matchNode(one, this.rules);
  }

  /** Zeros as a node of their own unless TensorFlow's own rule, or none, says the same. */
  private padded(node: ConvNode | DepthwiseNode): {
    readonly inputs: readonly string[];
    readonly padding: 'same' | 'valid';
  } {
    const [from = ''] = node.inputs;
    const input = shapeAt(this.shapes, from);
    const [kh = 1, kw = 1] = node.weight.shape;
    const pad = padOf(node, [kh, kw], input);
    const same = padOf({ ...node, padding: 'same' }, [kh, kw], input);
    if (pad.every((value) => value === 0)) return { inputs: [from], padding: 'valid' };
    if (pad.every((value, i) => value === same[i])) return { inputs: [from], padding: 'same' };
    const [top, bottom, left, right] = pad;
    const [height = 0, width = 0, channels = 0] = input;
    const out = [height + top + bottom, width + left + right, channels];
    this.nodes.push({ kind: 'pad', name: `${node.name}.pad`, inputs: [from], out, pad: [top, bottom, left, right] });
    return { inputs: [`${node.name}.pad`], padding: 'valid' };
  }

  /** The name a node's raw result has when `nl` is still to come. */
  private before(name: string, nl: Activation): string {
    return fusedOf(nl) === nl ? name : `${name}.before`;
  }

  private windowed(node: ConvNode | DepthwiseNode): void {
    const { name, nl, bias } = node;
    const place = this.padded(node);
    const raw = this.before(name, nl);
    if (nl === 'hardSigmoid') {
      // relu6(x + 3) is the convolution's own bias and activation: only the sixth is left to do.
      const lifted = (bias ?? new Float32Array(node.out[2] ?? 0)).map((value) => value + 3);
      this.nodes.push({ ...node, ...place, name: raw, bias: lifted, nl: 'relu6' });
      this.times(raw, { name, out: node.out, value: 1 / 6 });
      return;
    }
    this.nodes.push({ ...node, ...place, name: raw, nl: fusedOf(nl) });
    if (raw !== name) this.activate(raw, { name, out: node.out, nl });
  }

  private times(from: string, { name, out, value }: { name: string; out: readonly number[]; value: number }): void {
    this.nodes.push({ kind: 'multiplyConstant', name, inputs: [from], out, value, nl: 'linear' });
  }

  private plus3(from: string, to: { name: string; out: readonly number[]; nl: Fused }): void {
    this.nodes.push({ kind: 'addConstant', inputs: [from], value: 3, ...to });
  }

  /** An activation of its own (MobileNetV3 §5.2 for the hard ones). */
  private activate(from: string, { name, out, nl }: { name: string; out: readonly number[]; nl: Activation }): void {
    const [shifted, gate, product] = [`${name}.shifted`, `${name}.gate`, `${name}.product`];
    const own = (kind: 'relu' | 'relu6' | 'hardSwish' | 'sigmoid', to: string, of = from): void => {
      this.nodes.push({ kind: 'activation', name: to, inputs: [of], out, nl: kind });
    };
    const gated = (to: string): void => {
      this.nodes.push({ kind: 'multiply', name: to, inputs: [from, gate], out });
    };
    switch (nl) {
      case 'linear':
        throw new Error(`lite ${name}: a linear activation must not be a node`);
      case 'relu':
      case 'relu6':
      case 'sigmoid':
        own(nl, name);
        break;
      case 'hardSigmoid':
        this.plus3(from, { name: shifted, out, nl: 'relu6' });
        this.times(shifted, { name, out, value: 1 / 6 });
        break;
      case 'hardSwish':
        if (this.options.hardSwish === 'native') {
          own('hardSwish', name);
          break;
        }
        this.plus3(from, { name: shifted, out, nl: 'relu6' });
        this.times(shifted, { name: gate, out, value: 1 / 6 });
        gated(name);
        break;
      case 'swish':
        own('sigmoid', gate);
        gated(name);
        break;
      case 'shiftedSwish':
        this.plus3(from, { name: shifted, out, nl: 'linear' });
        own('sigmoid', gate, shifted);
        gated(product);
        this.times(product, { name, out, value: 1 / 6 });
    }
  }

  /** Fast kernels join up to four maps at once. */
  private concat({ inputs, ...node }: ConcatNode): void {
    const axis = node.axis < 0 ? node.out.length + node.axis : node.axis;
    let parts = inputs;
    for (let round = 1; parts.length > MOST_JOINED; round++) {
      const first = parts.slice(0, MOST_JOINED);
      const sizes = first.map((name) => this.sizeAt(name, axis));
      const out = node.out.with(
        axis,
        sizes.reduce((sum, size) => sum + size, 0)
      );
      const name = `${node.name}.part${round}`;
      this.nodes.push({ ...node, name, inputs: first, out });
      parts = [name, ...parts.slice(MOST_JOINED)];
    }
    this.nodes.push({ ...node, inputs: parts });
  }

  private sizeAt(name: string, axis: number): number {
    const made = this.nodes.find((node) => node.name === name);
    return (made?.out ?? shapeAt(this.shapes, name))[axis] ?? 0;
  }

  private readonly rules: NodeRules<void> = {
    conv: (node) => this.windowed(node),
    depthwise: (node) => this.windowed(node),
    dense: (node) => {
      const { name, nl, out } = node;
      const raw = this.before(name, nl);
      this.nodes.push({ ...node, name: raw, nl: fusedOf(nl) });
      if (raw !== name) this.activate(raw, { name, out, nl });
    },
    transposedConv: ({ nl, ...node }) => {
      const { name, out } = node;
      const raw = nl === 'linear' ? name : `${name}.before`;
      this.nodes.push({ ...node, name: raw });
      if (nl !== 'linear') this.activate(raw, { name, out, nl });
    },
    norm: ({ name }) => {
      throw new Error(`lite ${name}: norms must be folded`);
    },
    activation: ({ name, inputs, out, nl }) => {
      this.activate(inputs[0] ?? '', { name, out, nl });
    },
    add: ({ kind, name, inputs, out }) => {
      this.nodes.push({ kind, name, inputs, out });
    },
    multiply: ({ kind, name, inputs, out }) => {
      this.nodes.push({ kind, name, inputs, out });
    },
    averagePool: ({ kind, name, inputs, out, window: [tall, wide], stride: [down, right] }) => {
      const [height, width] = shapeAt(this.shapes, inputs[0] ?? '');
      if (tall === height && wide === width) this.nodes.push({ kind: 'mean', name, inputs, out });
      else this.nodes.push({ kind, name, inputs, out, window: [tall, wide], stride: [down, right] });
    },
    resize: (node) => {
      this.nodes.push(node);
    },
    concat: (node) => this.concat(node),
    reshape: (node) => {
      this.nodes.push(node);
    }
  };
}

/** The graph, its norms folded, as TensorFlow Lite says it. */
export function lowerLite(graph: ExportGraph, options: LiteLowering): LiteGraph {
  const lowerer = new LiteLowerer(shapesOf(graph), options);
  for (const node of graph.nodes) lowerer.add(node);
  return { ...graph, nodes: lowerer.nodes };
}

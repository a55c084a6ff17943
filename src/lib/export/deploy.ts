/** @file Step 8, export: a table with its weights as the graph that files are written from; NHWC, one picture. */
import type { Architecture } from '$lib/arch/architecture';
import { aboutOf } from '$lib/import/graph/about';
import { lowerWithOutputs } from '$lib/ops/lower';
import { match, type ConvOp, type DenseOp, type DepthwiseOp, type Op, type Rules } from '$lib/ops/op';
import type { Tensors } from '$lib/weights/checkpoint';
import { foldNorm, tensorOf } from './fold';
import { withoutIdle, type ExportGraph, type ExportNode } from './graph';

/** Whether batch norm is folded into the convolutions or kept as nodes of its own. */
export interface DeployOptions {
  readonly foldNorms: boolean;
}

/**
 * Dense layers at the end of a classifier read and give vectors; those of gates stay 1x1 convolutions on maps, which every
 * runtime broadcasts alike.
 */
function vectorsOf(ops: readonly Op[], outputs: readonly string[]): ReadonlySet<string> {
  const readers = new Map<string, Op[]>();
  for (const op of ops) for (const id of op.inputs) readers.set(id, [...(readers.get(id) ?? []), op]);
  const vectors = new Set<string>();
  for (const op of ops.toReversed()) {
    const users = readers.get(op.id) ?? [];
    const isEnd = users.length === 0 ? outputs.includes(op.id) : users.every(({ id }) => vectors.has(id));
    if (op.kind === 'dense' && isEnd) vectors.add(op.id);
  }
  return vectors;
}

class Deployment {
  readonly nodes: ExportNode[] = [];
  private readonly vectors: ReadonlySet<string>;
  /** A map read as a vector: the name of its flat form. */
  private readonly flat = new Map<string, string>();

  constructor(
    private readonly tensors: Tensors,
    private readonly options: DeployOptions,
    table: { readonly ops: readonly Op[]; readonly outputs: readonly string[] }
  ) {
    this.vectors = vectorsOf(table.ops, table.outputs);
  }

  add(op: Op): void {
    match(op, this.rules);
  }

  private push(node: ExportNode): void {
    this.nodes.push(node);
  }

  private windowed(op: ConvOp | DepthwiseOp): void {
    const { id: name, inputs, out, kind } = op;
    const pair = (value: number) => [value, value] as const;
    const window = {
      kind,
      inputs,
      out,
      stride: pair(op.stride),
      dilation: pair(op.kernel === 1 ? 1 : op.dilation),
      padding: op.pad
    };
    if (!op.norm || this.options.foldNorms) {
      this.push({ ...window, name, ...foldNorm(op, this.tensors), nl: op.nl });
      return;
    }
    const part = (role: string): Float32Array => tensorOf(this.tensors, name, role).data;
    const weight = tensorOf(this.tensors, name, 'weight');
    this.push({ ...window, name: `${name}.conv`, weight, bias: null, nl: 'linear' });
    const norm = op.nl === 'linear' ? name : `${name}.norm`;
    const { epsilon, momentum } = op.norm;
    const statistics = { gamma: part('gamma'), beta: part('beta'), mean: part('mean'), variance: part('variance') };
    this.push({ kind: 'norm', name: norm, inputs: [`${name}.conv`], out, epsilon, momentum, ...statistics });
    if (op.nl !== 'linear') this.push({ kind: 'activation', name, inputs: [norm], out, nl: op.nl });
  }

  private vector(from: string, channels: number): string {
    if (this.vectors.has(from)) return from;
    const known = this.flat.get(from);
    if (known !== undefined) return known;
    const name = `${from}.flat`;
    this.push({ kind: 'reshape', name, inputs: [from], out: [channels] });
    this.flat.set(from, name);
    return name;
  }

  private dense(op: DenseOp): void {
    const { id: name, inputs, nl } = op;
    const [from, to] = [op.in[2], op.out[2]];
    const { data } = tensorOf(this.tensors, name, 'weight');
    const bias = op.bias ? tensorOf(this.tensors, name, 'bias').data : null;
    if (this.vectors.has(name)) {
      const source = this.vector(inputs[0] ?? '', from);
      this.push({ kind: 'dense', name, inputs: [source], out: [to], weight: { shape: [from, to], data }, bias, nl });
      return;
    }
    const plain = { stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] } as const;
    const weight = { shape: [1, 1, from, to], data };
    this.push({ kind: 'conv', name, inputs, out: op.out, ...plain, weight, bias, nl });
  }

  private readonly rules: Rules<void> = {
    conv: (op) => this.windowed(op),
    depthwise: (op) => this.windowed(op),
    dense: (op) => this.dense(op),
    transposedConv: ({ id: name, inputs, out, kernel, nl }) => {
      const weight = tensorOf(this.tensors, name, 'weight');
      const bias = tensorOf(this.tensors, name, 'bias').data;
      this.push({ kind: 'transposedConv', name, inputs, out, stride: [kernel, kernel], weight, bias, nl });
    },
    pool: ({ id: name, inputs, out, in: [height, width] }) =>
      this.push({
        kind: 'averagePool',
        name,
        inputs,
        out,
        window: [height, width],
        stride: [1, 1],
        padding: 'valid'
      }),
    averagePool: ({ id: name, inputs, out, kernel: window, stride: [down, right] }) => {
      // One window takes no step; kernels that are fast want steps no larger than the window.
      const stride = [out[0] === 1 ? window[0] : down, out[1] === 1 ? window[1] : right] as const;
      this.push({ kind: 'averagePool', name, inputs, out, window, stride, padding: 'valid' });
    },
    resize: ({ id: name, inputs, out }) => this.push({ kind: 'resize', name, inputs, out, centres: 'halfPixel' }),
    multiply: ({ id: name, inputs, out }) => this.push({ kind: 'multiply', name, inputs, out, nl: 'linear' }),
    add: ({ id: name, inputs, out }) => this.push({ kind: 'add', name, inputs, out, nl: 'linear' }),
    concat: ({ id: name, inputs, axis, out: [, rows, width] }) => {
      if (axis === 'channels') {
        const shapes = inputs.map((input) => this.nodes.find((node) => node.name === input)?.out ?? []);
        const out = [...(shapes[0] ?? []).slice(0, -1), shapes.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)];
        this.push({ kind: 'concat', name, inputs, out, axis: -1 });
        return;
      }
      const parts = inputs.map((input) => {
        const source = this.nodes.find((node) => node.name === input);
        const count = (source?.out ?? []).reduce((product, side) => product * side, 1);
        const part: ExportNode = {
          kind: 'reshape',
          name: `${input}.rows`,
          inputs: [input],
          out: [count / width, width]
        };
        this.push(part);
        return part.name;
      });
      this.push({ kind: 'concat', name, inputs: parts, out: [rows, width], axis: 0 });
    }
  };
}

/** The graph of a table with its tensors; throws where the tensors do not belong to the table. */
export function deploy(arch: Architecture, tensors: Tensors, options: DeployOptions): ExportGraph {
  const table = lowerWithOutputs(arch);
  const deployment = new Deployment(tensors, options, table);
  for (const op of table.ops) deployment.add(op);
  const { nodes } = deployment;
  // A features head may name a row twice; a file names it once.
  const outputs = [...new Set(table.outputs)];
  return withoutIdle({ name: arch.name, input: arch.input, nodes, outputs, about: aboutOf(arch) });
}

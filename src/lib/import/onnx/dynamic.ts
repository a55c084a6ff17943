/** @file Import: products of integers made on the way (`DynamicQuantizeLinear`) as the float layers they stand for. */
import type { OnnxAttribute, OnnxFile, OnnxNode } from './file';

/** The float operator of each integer one, and the axis of its weight along which scales may differ. */
const products: ReadonlyMap<string, { readonly op: string; readonly axis: number }> = new Map([
  ['ConvInteger', { op: 'Conv', axis: 0 }],
  ['MatMulInteger', { op: 'MatMul', axis: 1 }]
]);

const whole = (int: number): OnnxAttribute => ({
  float: 0,
  int,
  text: '',
  ints: [],
  floats: new Uint8Array(0),
  tensor: null
});

/** A node of the default operators with one result. */
const isPlain = (node: OnnxNode | undefined, op: string): node is OnnxNode =>
  node?.op === op && node.domain === '' && node.outputs.length === 1;

class Dynamic {
  private readonly makers = new Map<string, OnnxNode>();
  private readonly readers = new Map<string, OnnxNode[]>();
  /** Nodes that go, and what comes in their place. */
  private readonly places = new Map<OnnxNode, readonly OnnxNode[]>();

  constructor(private readonly file: OnnxFile) {
    for (const node of file.nodes) {
      for (const output of node.outputs) this.makers.set(output, node);
      for (const input of node.inputs) {
        const known = this.readers.get(input);
        if (known) known.push(node);
        else this.readers.set(input, [node]);
      }
    }
  }

  run(): OnnxFile {
    for (const node of this.file.nodes) this.rewrite(node);
    if (this.places.size === 0) return this.file;
    for (const node of this.file.nodes) {
      if (node.op !== 'DynamicQuantizeLinear' || node.outputs.some((name) => this.makers.get(name) !== node)) continue;
      const users = node.outputs.flatMap((output) => this.readers.get(output) ?? []);
      if (users.every((user) => this.places.has(user))) this.places.set(node, []);
    }
    return { ...this.file, nodes: this.file.nodes.flatMap((node) => this.places.get(node) ?? [node]) };
  }

  /** The one node that reads a value, which is no answer. */
  private only(name: string | undefined): OnnxNode | undefined {
    if (name === undefined || this.file.outputs.includes(name)) return undefined;
    const [first, second] = this.readers.get(name) ?? [];
    return second ? undefined : first;
  }

  /** x → 8 bits → integer product → float → times (scale of x · scale of the weight), as ONNX Runtime's tools write it. */
  private rewrite(product: OnnxNode): void {
    const kind = products.get(product.op);
    const [input = '', weight = '', zero, weightZero = ''] = product.inputs;
    const made = this.makers.get(input);
    const cast = this.only(product.outputs[0]);
    const result =
      isPlain(cast, 'Cast') && cast.attributes.get('to')?.int === 1 ? this.only(cast.outputs[0]) : undefined;
    if (!kind || !isPlain(result, 'Mul') || made?.op !== 'DynamicQuantizeLinear') return;
    const [stored, scale, zeroPoint] = made.outputs;
    const factor = result.inputs.map((name) => this.makers.get(name)).find((node) => node !== cast);
    const other = factor?.inputs.find((name) => name !== scale);
    if (!isPlain(factor, 'Mul') || this.only(factor.outputs[0]) !== result || !factor.inputs.includes(scale ?? ''))
      return;
    if (input !== stored || zero !== zeroPoint || other === undefined) return;
    const name = `${result.outputs[0] ?? ''}#weight`;
    const floats: OnnxNode = {
      name,
      op: 'DequantizeLinear',
      domain: '',
      inputs: [weight, other, weightZero],
      outputs: [name],
      attributes: new Map([['axis', whole(kind.axis)]])
    };
    const layer = { ...product, op: kind.op, inputs: [made.inputs[0] ?? '', name], outputs: result.outputs };
    for (const gone of [product, cast, factor]) if (gone) this.places.set(gone, []);
    this.places.set(result, [floats, layer]);
  }
}

/** The file with float layers where it multiplies integers made on the way; what is made otherwise stays for the rules to refuse. */
export function withFloatProducts(file: OnnxFile): OnnxFile {
  return new Dynamic(file).run();
}

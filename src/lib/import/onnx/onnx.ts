/** @file Import: an .onnx network (PyTorch, tf2onnx, our own) as an editable table with its weights. */
import { checkTensors } from '$lib/weights/safetensors';
import { m } from '$paraglide/messages';
import { NotUnderstood, understood, type Graph, type Imported } from '../graph/graph';
import { recognise } from '../graph/recognise';
import { simplify } from '../graph/simplify';
import { arithmeticRules } from './arithmetic';
import { detectionOf } from '../graph/detection';
import { readAbout } from '../graph/read-about';
import { withFloatProducts } from './dynamic';
import { readOnnxFile, type OnnxFile, type OnnxNode } from './file';
import { foldRules } from './fold';
import { layerRules } from './layers';
import { isMap, NodeView, Values, type MapRule, type OnnxValue } from './node';
import { resize } from './resize';
import { shapeRules } from './shapes';
import { channelsFirst, inOrder, type MapView } from './view';
import { GraphBuilder, type Value } from '../graph/builder';
import { recogniseDetector } from '../graph/detector';
import { withNormsApart } from '../graph/norms';

/** A graph and what wrote it, which knows the batch norms by the convolution they follow. */
interface OnnxGraph {
  readonly graph: Graph;
  readonly builder: GraphBuilder;
  readonly notes: readonly string[];
}

const mapRules = new Map<string, MapRule>(
  Object.entries({ ...layerRules, ...arithmeticRules, ...shapeRules, Resize: resize })
);
const constantRules = new Map(Object.entries(foldRules));

/** Whether the picture comes as NHWC: TensorFlow's graphs turn it round before anything else reads its channels. */
function turnsPicture({ nodes }: OnnxFile): boolean {
  const first = nodes.find(({ op }) => op === 'Transpose' || op === 'Conv');
  return first?.op === 'Transpose' && first.attributes.get('perm')?.ints.join() === '0,3,1,2';
}

/** Pictures that a file may ask for at once; a table reads one at a time whatever the file says. */
const mostPictures = 4096;

interface Picture {
  readonly input: string;
  readonly builder: GraphBuilder;
  /** Pictures at once; 1 where the file leaves it open. */
  readonly batch: number;
}

/** The picture's name and its builder; throws unless the file reads one picture of known size. */
function pictureOf(file: OnnxFile, name: string): Picture {
  const [picture, ...others] = file.inputs;
  if (!picture || others.length > 0) throw new NotUnderstood(name, m.import_one_input());
  const { dims, type, name: input } = picture;
  const [batch = 0, a = 0, b = 0, c = 0] = dims;
  const known = dims.length === 4 && [a, b, c].every((side) => side >= 1);
  if (!known)
    throw new NotUnderstood(input, m.onnx_picture({ shape: dims.map((side) => (side < 0 ? '?' : side)).join('×') }));
  if (!(batch === -1 || (batch >= 1 && batch <= mostPictures)))
    throw new NotUnderstood(input, m.onnx_pictures({ batch, most: mostPictures }));
  if (!['float32', 'float64', 'float16', 'uint8'].includes(type)) throw new NotUnderstood(input, m.onnx_type());
  const shape = turnsPicture(file) ? ([a, b, c] as const) : ([b, c, a] as const);
  return { input, builder: new GraphBuilder(shape), batch: Math.max(1, batch) };
}

/** What a node gives: numbers where all it reads are numbers (or it asks for a shape), else a map. */
function valueOf(view: NodeView): OnnxValue {
  const { node, values } = view;
  if (node.domain !== '') view.refuse(m.onnx_domain({ domain: node.domain }));
  const read = node.inputs.filter((name) => name !== '').map((name) => values.get(name, view.name));
  const fold = node.op === 'Shape' || !read.some(isMap) ? constantRules.get(node.op) : undefined;
  const rule = fold ?? mapRules.get(node.op);
  return rule ? rule(view) : view.refuse(m.onnx_operator());
}

/** Names for nodes: the file's own where they are unique, else those of their results. */
function namesOf(nodes: readonly OnnxNode[]): string[] {
  const taken = new Set(['']);
  return nodes.map(({ name, outputs }, index) => {
    let own = [name, outputs[0] ?? ''].find((candidate) => !taken.has(candidate)) ?? `${name}#${index}`;
    while (taken.has(own)) own += `#${index}`;
    taken.add(own);
    return own;
  });
}

/** An answer as the builder's value: it ends in a map of either layout. */
function answer(values: Values, name: string, file: string): Value {
  const value = values.get(name, file);
  if (!isMap(value)) throw new NotUnderstood(name, m.onnx_constant_answer());
  return value.value;
}

/** Reads the float graph of an .onnx file. Throws `NotUnderstood` with the name of the file, the constant or the node. */
function readOnnx(bytes: Uint8Array, name: string): OnnxGraph {
  const file = withFloatProducts(readOnnxFile(bytes, name));
  const { input, builder, batch } = pictureOf(file, name);
  const values = new Values(file, builder, batch);
  const picture: MapView = turnsPicture(file) ? inOrder(builder.picture) : channelsFirst(builder.picture);
  values.define(input, picture);
  const names = namesOf(file.nodes);
  for (const [index, node] of file.nodes.entries()) {
    const [result = ''] = node.outputs;
    const view = new NodeView(values, node, names[index] ?? '');
    if (result === '') view.refuse(m.onnx_missing({ index: 0 }));
    values.define(result, valueOf(view));
  }
  const outputs = file.outputs.map((output) => answer(values, output, name));
  const { about, notes } = readAbout(file.about);
  const kept = values.constants.dequantized ? [m.import_dequantized()] : [];
  return { graph: { ...builder.graph(name, outputs), about }, builder, notes: [...notes, ...kept] };
}

/** What was read, unless a tensor is not whole: a negative variance makes numbers that are none. */
function whole(imported: Imported): Imported {
  if (imported.kind === 'bad') return imported;
  const issues = checkTensors(imported.arch, imported.tensors);
  return issues.length > 0 ? { kind: 'bad', issues } : imported;
}

/**
 * An .onnx file (operator sets 7 to 21, NCHW or NHWC) as a table with weights, batch norms apart where the file has them
 * so, or what is wrong with it; never throws.
 */
export function importOnnx(bytes: Uint8Array, name: string): Imported {
  return whole(
    understood(() => {
      const { graph, builder, notes: before } = readOnnx(bytes, name);
      const found = detectionOf(graph);
      const { graph: folded, notes } = simplify(found?.graph ?? graph);
      const imported = found ? recogniseDetector(folded, found.detection) : recognise(folded);
      if (imported.kind === 'bad') return imported;
      return withNormsApart(
        { ...imported, notes: [...before, ...notes, ...imported.notes] },
        { file: graph, folded, norms: builder.norms }
      );
    })
  );
}

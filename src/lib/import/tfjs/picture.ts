/** @file Import: where the picture enters a TensorFlow.js graph model, and how large it is there. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { FileTensor } from './manifest';
import { sides, type FileNode } from './node';

/** What looking for the picture asks of a graph model. */
interface Model {
  readonly nodes: ReadonlyMap<string, FileNode>;
  constant(name: string): FileTensor | undefined;
}

interface Picture {
  /** The node whose value is the picture. */
  readonly node: string;
  readonly size: readonly [height: number, width: number, channels: number];
}

/** What may happen to a batch of pictures before the network: a change of type, a loop that resizes each. */
const resizing: ReadonlySet<string> = new Set([
  ...['Placeholder', 'Const', 'Cast', 'Identity', 'Shape', 'StridedSlice', 'Range', 'Pack', 'ExpandDims', 'Squeeze'],
  ...['Enter', 'Merge', 'Switch', 'LoopCond', 'Less', 'NextIteration', 'Exit', 'ResizeBilinear', 'TensorArrayV3'],
  ...['TensorArrayScatterV3', 'TensorArrayReadV3', 'TensorArrayWriteV3', 'TensorArraySizeV3', 'TensorArrayGatherV3']
]);

/** Every node that `name` depends on, itself included. */
function ancestorsOf(model: Model, name: string): Set<string> {
  const found = new Set<string>([name]);
  for (const at of found) {
    for (const input of model.nodes.get(at)?.inputs ?? []) found.add(input);
  }
  return found;
}

/** Whether a node only counts the turns of a loop. */
const counts = (model: Model, node: FileNode): boolean =>
  ['Add', 'AddV2'].includes(node.op) && node.inputs.some((input) => model.constant(input)?.whole);

function sizeFrom(node: FileNode, shape: readonly number[]): Picture | null {
  const [height = -1, width = -1, channels = -1] = shape;
  const known = shape.length === 3 && shape.every((side) => Number.isInteger(side) && side >= 1 && side <= 8192);
  return known ? { node: node.name, size: [height, width, channels] } : null;
}

/** The picture after the one resize that leads to it; `channels` are the placeholder's. */
function resized(model: Model, channels: number): Picture | null {
  const ends = [...model.nodes.values()].filter(({ op }) => op === 'TensorArrayGatherV3');
  const [end] = ends;
  if (end) return ends.length === 1 ? sizeFrom(end, sides(end, 'element_shape') ?? []) : null;
  const [resize, ...others] = [...model.nodes.values()].filter(({ op }) => op === 'ResizeBilinear');
  const size = resize && model.constant(resize.inputs[1] ?? '');
  if (!size || others.length > 0) return null;
  return sizeFrom(resize, [...size.data, channels]);
}

/** Finds the picture; throws `NotUnderstood` where there is none of known size. */
export function pictureOf(model: Model): Picture {
  const [placeholder, ...others] = [...model.nodes.values()].filter(({ op }) => op === 'Placeholder');
  if (!placeholder || others.length > 0) {
    throw new NotUnderstood(
      others[0]?.name ?? 'node',
      m.import_tfjs_pictures({ count: others.length + (placeholder ? 1 : 0) })
    );
  }
  const shape = sides(placeholder, 'shape') ?? [];
  const direct = shape.length === 4 ? sizeFrom(placeholder, shape.slice(1)) : null;
  if (direct) return direct;
  const picture = resized(model, shape[3] ?? -1);
  if (!picture) throw new NotUnderstood(placeholder.name, m.import_tfjs_picture_size());
  for (const name of ancestorsOf(model, picture.node)) {
    const node = model.nodes.get(name);
    if (!node) throw new NotUnderstood(picture.node, m.import_tfjs_input({ input: name }));
    if (!resizing.has(node.op) && !counts(model, node))
      throw new NotUnderstood(name, m.import_tfjs_op({ op: node.op }));
  }
  return picture;
}

/** @file Import: the end of a detection graph: scores squashed, boxes moved from default boxes that stand in the file. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { Value } from '../graph/builder';
import type { GraphReader } from './graph';
import type { FileNode } from './node';

/** What a detection graph ends in. */
export interface FileDetection {
  /** Scores [boxes, classes] and moves [boxes, 4] side by side. */
  readonly output: Value;
  /** Scores and moves of each map, finest first. */
  readonly classes: readonly Value[];
  readonly boxes: readonly Value[];
  /** Default boxes [boxes, 4] of y1, x1, y2, x2 as shares of the picture; null where the file does not hold them. */
  readonly anchors: Float32Array | null;
  readonly scores: 'sigmoid' | 'softmax';
}

/** What turns scores and moves into probabilities and corners, and nothing else. */
const decoding: ReadonlySet<string> = new Set([
  ...['Sigmoid', 'Softmax', 'Slice', 'Squeeze', 'Reshape', 'Shape', 'StridedSlice', 'Pack', 'Tile', 'Transpose'],
  ...['Unpack', 'Mul', 'RealDiv', 'Exp', 'Sub', 'Add', 'AddV2', 'ExpandDims', 'Identity', 'Const']
]);

/** An output, the nodes it is decoded by, and the concatenations they start from. */
interface Cone {
  readonly nodes: readonly FileNode[];
  readonly sources: readonly string[];
}

/** Follows an output back to concatenations; null where anything but decoding stands between. */
function coneOf(reader: GraphReader, output: string): Cone | null {
  const seen = new Set([output]);
  const nodes: FileNode[] = [];
  const sources: string[] = [];
  for (const name of seen) {
    const node = reader.nodes.get(name);
    if (!node) return null;
    if (node.op === 'ConcatV2') {
      sources.push(name);
      continue;
    }
    if (!decoding.has(node.op)) return null;
    nodes.push(node);
    for (const input of node.inputs) seen.add(input);
  }
  return { nodes, sources };
}

const has = ({ nodes }: Cone, op: string): boolean => nodes.some((node) => node.op === op);

/** The factors that undo SSD's variances: a tenth for the centre, a fifth for the size. */
function checkFactors(reader: GraphReader, { nodes }: Cone): void {
  const factors = nodes
    .filter(({ op }) => op === 'Mul')
    .flatMap(({ inputs }) => inputs.flatMap((input) => reader.constant(input)?.data[0] ?? []));
  const known = (factor: number): boolean => [0.1, 0.2, 0.5].some((wanted) => Math.abs(factor - wanted) < 1e-6);
  const odd = factors.find((factor) => !known(factor));
  const [centre, size] = [0.1, 0.2].map((wanted) => factors.some((factor) => Math.abs(factor - wanted) < 1e-6));
  if (odd !== undefined || !centre || !size) {
    throw new NotUnderstood(nodes[0]?.name ?? '', m.import_tfjs_decoding());
  }
}

/** The values a concatenation stacks along the boxes, each as the head's convolution gave it. */
function partsOf(reader: GraphReader, name: string): Value[] {
  const node = reader.node(name);
  const axis = reader.constantInput(node, node.inputs.length - 1).data[0];
  if (axis !== 1) throw new NotUnderstood(name, m.import_tfjs_option({ option: 'axis', value: String(axis) }));
  return node.inputs.slice(0, -1).map((input) => reader.value(input));
}

const lastSide = (values: readonly Value[]): number => values[0]?.shape.at(-1) ?? 0;

function stacked(reader: GraphReader, name: string, parts: readonly Value[]): Value {
  const width = lastSide(parts);
  const rows = parts.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1) / Math.max(1, width), 0);
  const even = parts.length > 0 && parts.every(({ shape }) => shape.at(-1) === width);
  if (!even) throw new NotUnderstood(name, m.import_tfjs_decoding());
  const inputs = parts.map((part) => part.name);
  return reader.builder.push({ kind: 'concat', name, inputs, out: [1, rows, width], axis: 0 });
}

/** Reads the end of a graph that detects; null for any other graph. */
export function readDetection(reader: GraphReader, outputs: readonly string[]): FileDetection | null {
  const cones = outputs.map((output) => coneOf(reader, output));
  const moved = cones.find((cone) => cone && has(cone, 'Exp'));
  const scored = cones.find((cone) => cone && !has(cone, 'Exp') && (has(cone, 'Sigmoid') || has(cone, 'Softmax')));
  const [boxesName, otherBoxes] = moved?.sources ?? [];
  const [classesName, otherClasses] = scored?.sources ?? [];
  if (!moved || !scored || !boxesName || !classesName || outputs.length !== 2) return null;
  const anchors = moved.nodes
    .flatMap(({ name }) => reader.constant(name) ?? [])
    .filter(({ shape, whole }) => !whole && shape.length > 1 && shape.at(-1) === 4);
  const [only] = anchors;
  if (!only || anchors.length > 1 || otherBoxes || otherClasses) {
    throw new NotUnderstood(boxesName, m.import_tfjs_decoding());
  }
  checkFactors(reader, moved);
  const boxes = partsOf(reader, boxesName);
  const classes = partsOf(reader, classesName);
  const rows = stacked(reader, boxesName, boxes);
  const scores = stacked(reader, classesName, classes);
  if (lastSide(boxes) !== 4 || rows.shape[1] !== scores.shape[1] || only.data.length !== 4 * (rows.shape[1] ?? 0)) {
    throw new NotUnderstood(boxesName, m.import_tfjs_decoding());
  }
  const out = [1, rows.shape[1] ?? 0, lastSide(classes) + 4];
  const inputs = [scores.name, rows.name];
  const output = reader.builder.push({ kind: 'concat', name: `${boxesName}#detections`, inputs, out, axis: -1 });
  return { output, classes, boxes, anchors: only.data, scores: has(scored, 'Sigmoid') ? 'sigmoid' : 'softmax' };
}

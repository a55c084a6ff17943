/** @file Import: the end of an .onnx graph that detects: scores and moves of every map, stacked in rows, boxes not yet decoded. */
import type { Graph, GraphNode } from '../graph/graph';
import type { FileDetection } from '../tfjs/boxes';
import type { GraphBuilder, Value } from '../graph/builder';

/** Numbers of a box. */
const side = 4;

const valueOf = (node: GraphNode): Value => ({ name: node.name, shape: node.out });

const isRows = (node: GraphNode | undefined): node is GraphNode & { kind: 'concat' } =>
  node?.kind === 'concat' && node.axis === 0 && node.out.length === 2;

/**
 * Scores and moves where the graph ends in them, side by side in one output (scores first) or as two; null for any other
 * graph. The file says neither default boxes nor how detections are chosen.
 */
export function detectionOf(graph: Graph, builder: GraphBuilder): FileDetection | null {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const [first, second, third] = graph.outputs.map((name) => {
    const node = nodes.get(name);
    return node?.kind === 'softmax' ? nodes.get(node.inputs[0] ?? '') : node;
  });
  const joined = !second && first?.kind === 'concat' && first.axis === -1 ? first : null;
  const ends = joined ? joined.inputs.map((name) => nodes.get(name)) : [first, second];
  const boxes = joined ? ends[1] : ends.find((node) => node?.out[1] === side);
  const classes = joined ? ends[0] : ends.find((node) => node !== boxes);
  if (third || ends.length !== 2 || !isRows(boxes) || !isRows(classes)) return null;
  if (boxes.out[1] !== side || boxes.out[0] !== classes.out[0]) return null;
  const parts = (node: GraphNode): Value[] => node.inputs.flatMap((name) => valueOf(nodes.get(name) ?? node));
  const pair = [valueOf(classes), valueOf(boxes)];
  const output = joined ? valueOf(joined) : builder.concat(`${boxes.name}#detections`, pair, -1);
  return { output, classes: parts(classes), boxes: parts(boxes), anchors: null, scores: 'softmax' };
}

/** @file Import: a detection graph of SSDLite as a table: the rows of its backbone, extra maps, default boxes. */
import type { Architecture, DetectionRule, ExtraBlock, NL, Row, SsdliteHead } from '$lib/arch/architecture';
import { boxesPerCell } from '$lib/arch/default-boxes';
import { maxOutputs, maxRows } from '$lib/arch/limits';
import { checkArchitecture } from '$lib/arch/parse';
import { ssdliteRule } from '$lib/arch/with-head';
import { defaultBoxes, detectionGrids, isDetector, type Detector } from '$lib/task/boxes';
import { m } from '$paraglide/messages';
import { NotUnderstood, type Graph, type GraphNode, type Imported } from './graph';
import { bind } from './bind';
import { GraphMap } from './map';
import { told } from './read-about';
import { paddingsOf } from './recognise';
import { isNL, pointwise, readRow, readStem } from './rows';
import { simplify } from './simplify';
import type { FileDetection } from '../tfjs/boxes';

/** How detections are chosen where the file does not say: as the coco-ssd package of TensorFlow.js chooses them. */
const chosen = { scoreThreshold: 0.5, iouThreshold: 0.5, candidates: 100, detections: 20 } as const;

function refuse(map: GraphMap, at: string): never {
  const next = map.users(at)[0];
  const node = next?.name ?? at;
  throw new NotUnderstood(node, m.import_node({ node, kind: next?.kind ?? m.import_the_end() }));
}

/** The predictor nodes of each map, and the maps they look at, finest first. */
interface Predictors {
  readonly taps: readonly string[];
  readonly names: ReadonlySet<string>;
}

/** Follows scores and moves back over a 1x1 convolution and a depthwise one. */
function predictorsOf(map: GraphMap, concats: readonly string[]): Predictors {
  const names = new Set(concats);
  const [boxes = [], classes = []] = concats.map((concat) =>
    (map.node(concat)?.inputs ?? []).map((predict) => {
      const depthwise = map.node(map.node(predict)?.inputs[0] ?? '');
      if (depthwise?.kind !== 'depthwise') throw new NotUnderstood(predict, m.import_tfjs_decoding());
      names.add(predict).add(depthwise.name);
      return depthwise.inputs[0] ?? '';
    })
  );
  const odd = boxes.findIndex((tap, i) => classes[i] !== tap);
  if (odd >= 0 || boxes.length !== classes.length || boxes.length < 2) {
    throw new NotUnderstood(concats[0] ?? '', m.import_tfjs_decoding());
  }
  return { taps: boxes, names };
}

/** A rule for the boxes, and what must be said of where it comes from. */
interface FoundRule {
  readonly rule: DetectionRule;
  readonly notes: readonly string[];
}

/** The rule that the file carries along, if it gives each map as many boxes as the graph does; else torchvision's or its own. */
function foundRule({ about }: Graph, detection: FileDetection, perCell: readonly number[]): FoundRule {
  const rule = ruleOf(detection, perCell);
  if (detection.anchors) return { rule, notes: [m.import_tfjs_chosen(chosen)] };
  const carried = about?.rule;
  if (!carried) return { rule, notes: [m.onnx_default_boxes()] };
  const fits = perCell.every((count, index) => count === boxesPerCell(carried, index));
  return fits ? { rule: carried, notes: [] } : { rule, notes: [m.import_told_otherwise()] };
}

/**
 * The scales and ratios behind the file's default boxes: the first boxes of the first and the last map give them away.
 * A file without default boxes is read with torchvision's rule, of as many boxes as the file has.
 */
function ruleOf({ anchors, scores }: FileDetection, perCell: readonly number[]): DetectionRule {
  // One more than a table may have is refused with its issues.
  const count = Math.min(maxOutputs + 1, Math.max(0, ((perCell.at(-1) ?? 0) - 2) >> 1));
  const reduceFinest = perCell[0] === 3;
  if (!anchors) {
    const ratios = Array.from({ length: count }, (_, i) => ssdliteRule.ratios[i] ?? i + 2);
    return { ...ssdliteRule, ratios, reduceFinest, scores };
  }
  const size = (index: number): { scale: number; ratio: number } => {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = anchors.subarray(4 * index);
    return { scale: Math.sqrt((y2 - y1) * (x2 - x1)), ratio: (x2 - x1) / (y2 - y1) };
  };
  const neat = (value: number): number => Number(value.toPrecision(4));
  const last = anchors.length / 4 - (perCell.at(-1) ?? 0);
  return {
    minScale: neat(size(1).scale),
    maxScale: neat(size(last).scale),
    ratios: Array.from({ length: count }, (_, i) => neat(size(last + 1 + 2 * i).ratio)),
    reduceFinest,
    scores,
    boxOrder: 'yxhw',
    ...chosen
  };
}

/** Throws unless the table's default boxes are those of the file, to a thousandth of the picture. */
function checkAnchors(arch: Detector, anchors: Float32Array, where: string): void {
  const ours = defaultBoxes(arch.head.rule, detectionGrids(arch));
  for (let at = 0; at < Math.max(ours.length, anchors.length); at += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = ours.subarray(at, at + 4);
    const corners = [y - height / 2, x - width / 2, y + height / 2, x + width / 2];
    const apart = corners.some((corner, i) => !(Math.abs(corner - (anchors[at + i] ?? NaN)) < 1e-3));
    if (apart) throw new NotUnderstood(where, m.import_tfjs_anchors({ index: at / 4 }));
  }
}

/** The extra maps after the backbone, each 1x1, depthwise of stride 2, 1x1. */
function extrasOf(map: GraphMap, taps: readonly string[]): ExtraBlock[] {
  return taps.slice(2).map((tap, index) => {
    const squeeze = pointwise(map, taps[index + 1] ?? '');
    const depthwise = squeeze && map.user(squeeze.name, 'depthwise');
    const project = depthwise && pointwise(map, depthwise.name);
    if (project?.name !== tap) refuse(map, taps[index + 1] ?? '');
    return { mid: map.shape(squeeze?.name ?? '')[2], out: map.shape(tap)[2] };
  });
}

interface Backbone {
  readonly stem: Architecture['stem'];
  readonly rows: readonly Row[];
  /** Row, counted from 0, whose expansion is the first map. */
  readonly tap: number;
  readonly conv: SsdliteHead['conv'];
}

/** Reads rows up to the second map, which is the last row's end or a 1x1 convolution of it. */
function readBackbone(map: GraphMap, [first, second]: readonly string[]): Backbone {
  const stem = readStem(map);
  const rows: Row[] = [];
  let at = stem?.end ?? '';
  let tap = -1;
  while (rows.length < maxRows) {
    // A row without an expansion is tapped at its input.
    if (at === first || pointwise(map, at)?.name === first) tap = rows.length;
    const next = readRow(map, at);
    if (!next) refuse(map, at);
    rows.push(next.row);
    at = next.end;
    const conv = pointwise(map, at, ({ name }) => name === second);
    if (conv && isNL(conv.nl)) {
      return { stem: stem?.stem ?? null, rows, tap, conv: { out: map.shape(conv.name)[2], nl: conv.nl } };
    }
    if (at === second) return { stem: stem?.stem ?? null, rows, tap, conv: null };
  }
  return refuse(map, at);
}

const biased = (node: GraphNode): boolean => (node.kind === 'conv' || node.kind === 'depthwise') && node.bias !== null;

/** The detector as a table with its weights, or an issue naming what does not fit; throws `NotUnderstood` as readers do. */
export function recogniseDetector(foreign: Graph, detection: FileDetection): Imported {
  const { graph, notes: simplified } = simplify(foreign);
  const map = new GraphMap(graph);
  const [classesConcat = '', boxesConcat = ''] = map.node(detection.output.name)?.inputs ?? [];
  const { taps, names } = predictorsOf(map, [boxesConcat, classesConcat]);
  const bare = new GraphMap({ ...graph, nodes: graph.nodes.filter(({ name }) => !names.has(name)) });
  const { stem, rows, tap, conv } = readBackbone(bare, taps);
  const nl = map.users(taps[0] ?? '').find(({ name, kind }) => kind === 'depthwise' && names.has(name));
  const shared: NL = nl?.kind === 'depthwise' && isNL(nl.nl) ? nl.nl : 'relu6';
  const perCell = detection.boxes.map(({ shape }, index) => {
    const [height, width] = map.shape(taps[index] ?? '');
    return shape.reduce((a, b) => a * b, 1) / (4 * height * width);
  });
  const { rule, notes } = foundRule(graph, detection, perCell);
  const head: SsdliteHead = {
    kind: 'ssdlite',
    conv,
    tap: Math.max(0, tap),
    extras: extrasOf(bare, taps),
    nl: shared,
    norm: null,
    rule
  };
  let stuck = '';
  for (const padding of paddingsOf(graph)) {
    const table: Architecture = {
      format: 1,
      name: m.import_unnamed(),
      input: graph.input,
      classes: detection.classes[0]?.shape.at(-1) ?? 0,
      padding,
      norm: null,
      convBias: graph.nodes.some(biased),
      scaling: 'v2',
      stem,
      rows,
      head
    };
    const arch = told(table, graph);
    const issues = checkArchitecture(arch);
    if (issues.length > 0 && padding === 'same') return { kind: 'bad', issues };
    const bound = issues.length > 0 ? null : bind(arch, map);
    if (bound?.kind === 'ok') {
      if (isDetector(arch) && detection.anchors) checkAnchors(arch, detection.anchors, boxesConcat);
      return { kind: 'ok', arch, tensors: bound.tensors, notes: [...simplified, ...notes] };
    }
    stuck ||= bound?.node ?? '';
  }
  throw new NotUnderstood(stuck, m.import_node({ node: stuck, kind: map.node(stuck)?.kind ?? m.import_the_end() }));
}

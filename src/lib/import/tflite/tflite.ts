/** @file Import: a .tflite network (TensorFlow Lite, LiteRT) as an editable table with its weights. */
import { m } from '$paraglide/messages';
import { NotUnderstood, understood, type Graph, type GraphNode, type Imported } from '../graph/graph';
import { recognise } from '../graph/recognise';
import { detectionOf } from '../graph/detection';
import { recogniseDetector } from '../graph/detector';
import { formulaOf } from '../graph/picture-scale';
import { readAbout } from '../graph/read-about';
import { readTfliteFile, type TfliteFile } from './file';
import { OperatorView, Values } from './graph';
import { operatorRules } from './operators';

/** A float graph, and what its constants were. */
interface TfliteGraph {
  readonly graph: Graph;
  readonly dequantized: boolean;
}

/**
 * Reads the float graph of a .tflite file of that many bytes; half precision is widened, 8-bit integers are dequantized.
 * Throws `NotUnderstood` with the file's or the operator's name.
 */
function graphOf(file: TfliteFile, fileBytes: number, name: string): TfliteGraph {
  const values = new Values(file, fileBytes);
  const [picture, ...others] = file.inputs;
  if (picture === undefined || others.length > 0) throw new NotUnderstood(name, m.import_one_input());
  const [height = 0, width = 0, channels, more] = values.shape(picture, name);
  if (channels === undefined || more !== undefined) throw new NotUnderstood(name, m.import_one_input());
  values.define(picture, '');
  const nodes: GraphNode[] = [];
  for (const operator of file.operators) {
    const [result = -1] = operator.outputs;
    const view = new OperatorView(values, operator, values.tensorName(result));
    const rule = operatorRules[operator.code];
    if (!rule) return view.refuse(m.import_tflite_operator({ operator: operator.code }));
    if (operator.outputs.length !== 1) view.refuse(m.import_tflite_outputs());
    const made = [rule(view)].flat();
    nodes.push(...made);
    const last = made.at(-1);
    if (last) values.define(result, last.name);
  }
  const outputs = file.outputs.map((index) => values.nameOf(index, name));
  const graph = { name, input: [height, width, channels], nodes, outputs } as const;
  return { graph, dequantized: values.constants.dequantized };
}

/** The real values behind an 8-bit picture, which a table reads; a pixel of 0 is the smallest stored value. */
function withPixels(imported: Imported, file: TfliteFile): Imported {
  const picture = file.tensors[file.inputs[0] ?? -1];
  const [scale] = picture?.scale ?? [];
  if (imported.kind === 'bad' || scale === undefined || !(scale > 0)) return imported;
  if (picture?.type !== 'uint8' && picture?.type !== 'int8') return imported;
  const zero = picture.zeroPoint[0] ?? 0;
  const formula = formulaOf({ scale: [scale], offset: [-zero * scale] });
  const least = picture.type === 'int8' ? -128 : 0;
  const notes = [...imported.notes, m.import_tflite_pixels({ type: picture.type, formula })];
  return { ...imported, notes, pixels: { scale, offset: (least - zero) * scale } };
}

/** A .tflite file as a table with weights, or what is wrong with it; never throws. */
export function importTflite(bytes: Uint8Array, name: string): Imported {
  return understood(() => {
    const file = readTfliteFile(bytes, name);
    const { about, notes } = readAbout(file.about);
    const { graph, dequantized } = graphOf(file, bytes.length, name);
    const found = detectionOf(graph);
    const read = found ? recogniseDetector({ ...found.graph, about }, found.detection) : recognise({ ...graph, about });
    if (read.kind === 'bad') return read;
    const kept = dequantized ? [m.import_dequantized()] : [];
    return withPixels({ ...read, notes: [...notes, ...read.notes, ...kept] }, file);
  });
}

/** @file Import: a .tflite network (TensorFlow Lite, LiteRT) as an editable table with its weights. */
import { m } from '$paraglide/messages';
import { NotUnderstood, understood, type Graph, type GraphNode, type Imported } from '../graph/graph';
import { recognise } from '../graph/recognise';
import { OperatorView, Values } from './graph';
import { formulaOf } from '../graph/picture-scale';
import { readTfliteFile, type TfliteFile } from './file';
import { operatorRules } from './operators';

/**
 * Reads the float graph of a .tflite file; half precision is widened, 8-bit integers are dequantized. Throws
 * `NotUnderstood` with the file's or the operator's name.
 */
export function readTflite(bytes: Uint8Array, name: string): Graph {
  const file = readTfliteFile(bytes, name);
  const values = new Values(file, bytes.length);
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
  return { name, input: [height, width, channels], nodes, outputs };
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
  return understood(() => withPixels(recognise(readTflite(bytes, name)), readTfliteFile(bytes, name)));
}

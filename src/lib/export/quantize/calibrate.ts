/** @file Step 8, export: runs the float network on calibration pictures and looks at every value. */
import { m } from '$paraglide/messages';
import type { LiteGraph } from '../tflite/lite-graph';
import { toTflite } from '../tflite/tflite';
import { Observer, type SeenValues } from './observe';
import { withEveryValue, type OpenLiteFile, type PictureBatches } from './runner';

/** What was seen of every value, and on how many pictures. */
export interface Calibration {
  readonly seen: SeenValues;
  readonly pictures: number;
}

/** Pictures done so far. */
export interface CalibrationProgress {
  readonly pictures: number;
}

/**
 * Calibrates the very graph that is to be quantized: ranges are those after each operator's own activation. Stop by leaving
 * the loop. Throws in the person's words without a picture, or where the network answers with what is no number.
 */
export async function* calibrate(
  graph: LiteGraph,
  batches: PictureBatches,
  open: OpenLiteFile
): AsyncGenerator<CalibrationProgress, Calibration> {
  const model = await open(toTflite(withEveryValue(graph), { kind: 'float', weights: 'float32' }));
  const observer = new Observer();
  let pictures = 0;
  try {
    for await (const { images, count } of batches) {
      observer.see('', images);
      for (const { name, data } of await model.run(images, count)) observer.see(name, data);
      pictures += count;
      yield { pictures };
    }
  } finally {
    model.dispose();
  }
  if (pictures === 0) throw new Error(m.quantize_no_pictures());
  return { seen: observer.read(), pictures };
}

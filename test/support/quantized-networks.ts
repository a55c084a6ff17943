/** @file Test support: whole networks made 8-bit, calibrated on pictures in LiteRT. */
import type { Architecture } from '../../src/lib/arch/architecture';
import { deploy } from '../../src/lib/export/deploy';
import { calibrate } from '../../src/lib/export/quantize/calibrate';
import { rangesOf, type RangeMethod } from '../../src/lib/export/quantize/observe';
import { quantize, type Quantized } from '../../src/lib/export/quantize/quantize';
import type { OpenLiteFile, PictureBatch } from '../../src/lib/export/quantize/runner';
import type { LiteGraph } from '../../src/lib/export/tflite/lite-graph';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { lower } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { liteRtHere } from './runtimes';

/** Drains a generator and answers with what it returns. */
export async function ended<T>(work: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const step = await work.next();
    if (step.done) return step.value;
  }
}

/** Opens files in LiteRT for pictures of one size. */
export function openerFor({ input }: Architecture): OpenLiteFile {
  return async (file) => (await liteRtHere()).open(file, input);
}

/** A network in floats, spelt out for 8 bits. */
export function liteGraphOf(arch: Architecture, tensors: Tensors): LiteGraph {
  return lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'products' });
}

/** Ids of a table's ops. */
export const layersIn = (arch: Architecture): readonly string[] => lower(arch).map(({ id }) => id);

/** A network made 8-bit. */
export async function quantizedNetwork(
  { arch, tensors }: { readonly arch: Architecture; readonly tensors: Tensors },
  batches: readonly PictureBatch[],
  { keep = [], method = { kind: 'minMax' } }: { keep?: readonly string[]; method?: RangeMethod } = {}
): Promise<{ readonly float: LiteGraph; readonly quantized: Quantized }> {
  const float = liteGraphOf(arch, tensors);
  const { seen } = await ended(calibrate(float, batches, openerFor(arch)));
  const quantized = quantize(float, { ranges: rangesOf(seen, method), layers: layersIn(arch), keep });
  return { float, quantized };
}

/** @file Workers: asks of each layer what the answers lose when it alone is 8-bit, by the ranges of an export. */
import { deploy } from '$lib/export/deploy';
import { correctBiases } from '$lib/export/quantize/bias';
import { layerImpacts, type LayerImpact } from '$lib/export/quantize/layer-impact';
import { quantize, type Quantized } from '$lib/export/quantize/quantize';
import type { OpenLiteFile } from '$lib/export/quantize/runner';
import { lowerLite } from '$lib/export/tflite/lower';
import { lower } from '$lib/ops/lower';
import { batchesOf, mostCompared } from '../export/int8';
import { proofPictures } from '../export/pictures';
import { runtimeFor } from '../export/prove-file';
import { untrainedTensors } from '../export/untrained';
import type { Platform } from '../platform';
import { RunGate, type RunEnd, type Runner } from '../run';
import { steered } from '../steer';
import type { ImpactsEvent, ImpactsRequest, ImpactsResult } from './protocol';

/** A runner that asks on this platform. */
export function createImpactsRunner(platform: Platform): Runner<ImpactsRequest, ImpactsEvent, ImpactsResult> {
  const gate = new RunGate();

  async function run(
    { arch, tensors, choice, data, ranges }: ImpactsRequest,
    report: (event: ImpactsEvent) => Promise<void>
  ): Promise<RunEnd<ImpactsResult>> {
    const layers = lower(arch).map(({ id }) => id);
    const weights = tensors ?? untrainedTensors(arch);
    const float = lowerLite(deploy(arch, weights, { foldNorms: true }), { hardSwish: 'products' });
    const runtime = await runtimeFor(platform, 'litert');
    const open: OpenLiteFile = (file) => runtime.open(file, arch.input);
    const count = Math.min(mostCompared, choice.pictures);
    const pictures = await proofPictures(platform, { data, input: arch.input, count });
    const batches = batchesOf(pictures.images, pictures.count);
    let quantized: Quantized = quantize(float, {
      ranges: new Map(Object.entries(ranges)),
      layers,
      keep: choice.floats
    });
    if (choice.correctBias) {
      const steps = correctBiases(quantized, batches, open);
      for (let step = await steps.next(); ; step = await steps.next()) {
        if (step.done) {
          quantized = step.value;
          break;
        }
        await report({ kind: 'correcting', done: step.value.done, total: step.value.all });
        if (!(await gate.open())) return { kind: 'stopped', result: [] };
      }
    }
    const ids = layers.filter((id) => !choice.floats.includes(id));
    const impacts: LayerImpact[] = [];
    for await (const impact of layerImpacts({ float, quantized, layers }, { ids, batches }, open)) {
      impacts.push(impact);
      await report({ kind: 'layer', impact, done: ids.indexOf(impact.id) + 1, total: ids.length });
      if (!(await gate.open())) return { kind: 'stopped', result: impacts };
    }
    return { kind: 'done', result: impacts };
  }

  return steered(gate, run);
}

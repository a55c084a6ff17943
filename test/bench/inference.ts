/** @file Benchmarks: one picture through V3-Large and V3-Small at 224: the SIMD core and LiteRT.js, turn by turn on the same weights. */
import { readFileSync } from 'node:fs';
import type { Architecture } from '../../src/lib/arch/architecture';
import { mobileNetV3Large, mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { rngOf } from '../../src/lib/base/rng';
import { loadCore } from '../../src/lib/engine/simd/load';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { openLiteRt } from '../support/litert-node';
import { writeTflite } from '../support/tflite-writer';

const ROUNDS = 41;
const generated = `${process.cwd()}/src/lib/engine/simd/generated`;
const bytesOf = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${generated}/${name}.wasm`));
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const core = await loadCore({ plain: bytesOf('core'), relaxed: bytesOf('core-relaxed') });

/** The network as files hold it: norms folded into biases. */
const folded = (arch: Architecture): Architecture => ({ ...arch, norm: null, convBias: true });

for (const arch of [mobileNetV3Large, mobileNetV3Small].map(folded)) {
  const tensors = initTensors(lower(arch), 1);
  const network = createSimdNetwork(core, arch, tensors, 1);
  const model = await openLiteRt(writeTflite(arch, tensors, { fuse: true }));
  const [height, width, channels] = arch.input;
  const rng = rngOf(7);
  const picture = Float32Array.from({ length: height * width * channels }, () => 2 * rng.next() - 1);
  const times: Record<'core' | 'litert', number[]> = { core: [], litert: [] };
  let worst = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const ours = await network.forward(picture, 1);
    const between = performance.now();
    const theirs = await model.run(picture, [1, height, width, channels]);
    times.core.push(between - began);
    times.litert.push(performance.now() - between);
    worst = Math.max(worst, ...ours.map((value, i) => Math.abs(value - (theirs[i] ?? NaN))));
  }
  const [ms, peer] = [median(times.core), median(times.litert)];
  console.log(
    `${arch.name}: core (${core.variant}) ${ms.toFixed(2)} ms, LiteRT.js ${peer.toFixed(2)} ms, ratio ${(ms / peer).toFixed(2)}, largest difference ${worst.toExponential(1)}`
  );
  network.dispose();
  model.dispose();
}

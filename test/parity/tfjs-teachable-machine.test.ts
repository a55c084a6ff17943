/** @file Parity: a Teachable Machine network of layers, imported with its norms apart, must answer as TensorFlow.js runs it. */
import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { totalCost } from '../../src/lib/cost/cost';
import { useBackend } from '../../src/lib/engine/tfjs/backend';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import { tensorsOf } from '../../src/lib/ops/tensors';
import { checkTensors } from '../../src/lib/weights/safetensors';
import { pictures, resizedTo } from '../support/pictures';
import { artifactsOf, importedOf, modelFiles } from '../support/tfjs-models';

const folder = '../shared/data/nets/tm_mobilenet_v2_0.35';

if (!existsSync(folder)) process.stdout.write('skipped: the Teachable Machine network is absent\n');

describe.runIf(existsSync(folder))('a Teachable Machine network', () => {
  const read = () => {
    const files = modelFiles(folder);
    return { files, ...importedOf(files, 'teachable machine') };
  };

  test('becomes MobileNetV2 of width 0.35 with its norms apart', () => {
    const { arch, tensors } = read();
    expect(checkTensors(arch, tensors)).toEqual([]);
    expect(arch).toMatchObject({ input: [224, 224, 3], classes: 2, padding: 'same', convBias: false });
    expect(arch.norm).toEqual({ epsilon: 1e-3, momentum: 0.999 });
    expect(arch.stem).toEqual({ kernel: 3, nl: 'relu6', stride: 2, out: 16 });
    expect(arch.rows.map((row) => row.kind === 'bneck' && [row.expSize, row.out, row.stride])).toEqual([
      [16, 8, 1],
      [48, 8, 2],
      [48, 8, 1],
      [48, 16, 2],
      [96, 16, 1],
      [96, 16, 1],
      [96, 24, 2],
      [144, 24, 1],
      [144, 24, 1],
      [144, 24, 1],
      [144, 32, 1],
      [192, 32, 1],
      [192, 32, 1],
      [192, 56, 2],
      [336, 56, 1],
      [336, 56, 1],
      [336, 112, 1]
    ]);
    expect(arch.head).toEqual({
      kind: 'classifier',
      conv: { out: 1280, nl: 'relu6' },
      hidden: { out: 100, nl: 'relu' },
      dropout: 0,
      logitsBias: false
    });
    const ops = lower(arch).filter(({ kind }) => kind !== 'dense');
    const { params, madds } = totalCost(ops);
    const names = ops.flatMap(tensorsOf).map((spec) => spec.name);
    const numbers = names.reduce((sum, name) => sum + (tensors[name]?.data.length ?? 0), 0);
    console.info(`backbone: ${params} learned numbers, ${numbers} with running statistics, ${madds} multiply-adds`);
    // Keras counts a norm's running mean and variance as parameters, too.
    expect(numbers).toBe(410_208);
    expect(params).toBe(396_128);
    expect(madds / 1e6).toBeCloseTo(58.01, 2);
  });

  test(
    'answers as TensorFlow.js runs the file, on pictures and on noise, map by map',
    { timeout: 120_000 },
    async () => {
      const { files, arch, tensors } = read();
      const engine = await openTfjsEngine('wasm', { wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist' });
      const network = await engine.createNetwork(arch, tensors, 1);
      useBackend('wasm');
      const original = await tf.loadLayersModel(tf.io.fromMemory(artifactsOf(files)));
      const inner = (original.layers[0] as tf.Sequential).layers[0] as tf.LayersModel;
      const noise = Float32Array.from(
        { length: 224 * 224 * 3 },
        (_, i) => Math.sin(i * 12.9898) * Math.cos(i * 0.0078)
      );
      const inputs = pictures().map((picture) => ({
        name: picture.name,
        images: Float32Array.from(resizedTo(picture, 224, 224), (value) => value / 127.5 - 1)
      }));
      for (const { name, images } of [...inputs, { name: 'noise', images: noise }]) {
        useBackend('wasm');
        const [answer, features] = tf.tidy(() => {
          const batch = tf.tensor4d(images, [1, 224, 224, 3]);
          return [original.predict(batch) as tf.Tensor, inner.predict(batch) as tf.Tensor].map((value) =>
            value.dataSync()
          );
        });
        const logits = await network.forward(images, 1);
        const maps = (await network.activations(images, 1, ['head.conv']))['head.conv'];
        const powers = [...logits].map((logit) => Math.exp(logit));
        const ours = powers.map((power) => power / (powers[0]! + powers[1]!));
        const gap = Math.max(...ours.map((value, i) => Math.abs(value - (answer?.[i] ?? 9))));
        let mapGap = 0;
        let top = 0;
        for (let i = 0; i < 7 * 7 * 1280; i++) {
          mapGap = Math.max(mapGap, Math.abs((maps?.[i] ?? 9) - (features?.[i] ?? -9)));
          top = Math.max(top, features?.[i] ?? 0);
        }
        console.info(
          `${name}: [${ours.map((value) => value.toFixed(4)).join(' ')}], probabilities differ by ${gap.toExponential(1)}, last maps by ${mapGap.toExponential(1)}`
        );
        expect(top).toBeGreaterThan(0.5);
        expect(gap).toBeLessThan(1e-4);
        expect(mapGap).toBeLessThan(1e-4);
      }
      network.dispose();
      original.dispose();
    }
  );
});

/** @file Logits of whole networks against PyTorch's (float64 reference arithmetic), under both paddings, on TensorFlow.js wasm. */
import { describe, expect, test } from 'vitest';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import type { Architecture } from '../../src/lib/arch/architecture';
import { openTfjsEngine } from '../../src/lib/engine/tfjs/network';
import { lower } from '../../src/lib/ops/lower';
import { relativeGap } from '../support/compare';
import { fill, goldenInput, goldenTensors, readGolden, type ForwardGolden } from '../support/golden';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';

const networks: readonly { readonly file: string; readonly arch: Architecture }[] = [
  { file: 'tv_mobilenet_v3_small_w1', arch: mobileNetV3Small }
];

const found = networks.flatMap(({ file, arch }) => {
  const golden = readGolden<ForwardGolden>(`forward/${file}.json`);
  if (!golden) process.stdout.write(`skipped: golden forward/${file}.json is absent\n`);
  return golden ? (['symmetric', 'same'] as const).map((padding) => ({ file, arch, golden, padding })) : [];
});

test('the generator fills as its published vector says', () => {
  // The first values of stream 0 of seed 20240501, offset 0, bound 0.466667, as PyTorch read them.
  const values = fill(20240501, 0, { size: 3, offset: 0, bound: 0.466667 });
  expect(relativeGap([-0.344611883, -0.157104015, -0.032386221], values)).toBeLessThan(1e-7);
});

describe.runIf(found.length > 0)('TensorFlow.js gives the logits of PyTorch', () => {
  test.each(found)(
    '$file with $padding padding',
    async ({ golden, padding, ...rest }) => {
      const [, channels, height, width] = golden.input.shape;
      const classes = golden.torch.output.values.length / golden.input.shape[0];
      const arch: Architecture = { ...rest.arch, input: [height, width, channels], classes, padding };
      const engine = await openTfjsEngine('wasm', { wasmPaths });
      const network = await engine.createNetwork(arch, goldenTensors(lower(arch), golden), golden.input.shape[0]);
      const logits = await network.forward(goldenInput(golden), golden.input.shape[0]);
      network.dispose();
      const { values } = (padding === 'same' ? golden.tfsame : golden.torch).output;
      expect(relativeGap(values, logits)).toBeLessThan(1e-4);
    },
    60_000
  );
});

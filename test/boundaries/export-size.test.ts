/** @file The gate on the writers' weight: what a page loads to write ONNX and TensorFlow Lite files, 8 bits included. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import { root } from '../../scripts/setup.mjs';

/** Gzipped, as servers send it. */
const mostBytes = 25_000;

/** What every writer of the two formats is made of. */
const parts = [
  ['deploy', 'deploy'],
  ['toOnnx', 'onnx/onnx'],
  ['lowerLite', 'tflite/lower'],
  ['toTflite', 'tflite/tflite'],
  ['quantize', 'quantize/quantize'],
  ['rangesOf', 'quantize/observe'],
  ['correctBiases', 'quantize/bias'],
  ['calibrate', 'quantize/calibrate']
] as const;

async function bundled(): Promise<string> {
  const entry = 'bneck-writers';
  const lines = parts.map(
    ([name, file]) => `export { ${name} } from ${JSON.stringify(join(root, 'src/lib/export', `${file}.ts`))};`
  );
  const { output } = await build({
    input: entry,
    platform: 'browser',
    write: false,
    resolve: { alias: { $lib: join(root, 'src/lib'), $paraglide: join(root, 'src/paraglide') } },
    plugins: [
      {
        name: entry,
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? lines.join('\n') : null)
      }
    ],
    output: { format: 'esm', minify: true, codeSplitting: false },
    logLevel: 'silent'
  });
  return output[0].code;
}

test('the writers of ONNX and TensorFlow Lite are at most 25 kB together, with all they stand on', async () => {
  const code = await bundled();
  const bytes = gzipSync(code, { level: 9 }).length;
  console.log(`writers of ONNX and TensorFlow Lite: ${bytes} bytes gzipped`);
  // An empty bundle would pass as well.
  expect(code).toContain('TFL3');
  expect(code).toContain('DynamicQuantizeLinear');
  expect(bytes).toBeLessThanOrEqual(mostBytes);
});

/** @file The command line answers bad input with exit code 2 and one line that names the field and the rule. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { writeSafetensors } from '$lib/weights/safetensors-format';
import { writeNpy } from '../../src/cli/npy';
import { lastLine, openFolder } from './program';

const { folder, file, bneck } = openFolder();

const small = presetById('v3-small')!.arch;
const edited = (expSize: unknown): string =>
  JSON.stringify({ ...small, rows: small.rows.map((row, i) => (i === 3 ? { ...row, expSize } : row)) });

mkdirSync(join(folder, 'empty'));
mkdirSync(join(folder, 'one', 'cats'), { recursive: true });
file('broken.json', '{"format": 1,');
file('zero.json', edited(0));
file('negative.json', edited(-3));
file('huge.json', edited(1e9));
file('letters.json', edited('wide'));
file('broken.safetensors', 'not tensors');
writeFileSync(join(folder, 'one', 'cats', 'a.png'), 'no picture');
const npy = (name: string, shape: readonly number[], fill = 0): string =>
  file(name, writeNpy({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(fill) }));
npy('x.npy', [1, 32, 32, 3]);
npy('flat.npy', [32, 32]);
npy('nchw.npy', [1, 3, 32, 32]);
npy('gray.npy', [1, 32, 32, 1]);
npy('nan.npy', [1, 32, 32, 3], NaN);
writeFileSync(
  join(folder, 'short.npy'),
  writeNpy({ shape: [1, 32, 32, 3], data: new Float32Array(32 * 32 * 3) }).subarray(0, 500)
);
file('broken.png', '\x89PNG and no more');
file('broken.tflite', 'no network');
file('broken.onnx', 'no network');
file('model.json', JSON.stringify({ modelTopology: {}, weightsManifest: [] }));
const run = ['--weights', 'init:1'];

describe('bad input', () => {
  test.each([
    [['summary', 'nowhere'], 'must be a preset (v1, v2'],
    [['summary', 'broken.json'], 'must be JSON'],
    [['summary', 'zero.json'], 'rows.3.expSize: exp size must be a whole number from 1 to 8192, got 0'],
    [['summary', 'negative.json'], 'got -3'],
    [['summary', 'huge.json'], 'got 1000000000'],
    [['summary', 'letters.json'], 'rows.3.expSize: exp size must be a number'],
    [['summary', 'v1', '--input', '0'], '--input must be 224, HxW or HxWxC'],
    [['summary', 'v1', '--input', '5000'], 'input.0: input height must be a whole number from 1 to 1024, got 5000'],
    [['summary', 'v1', '--width', 'wide'], '--width must be a number from 0.05 to 4, got wide'],
    [['summary', 'v1', '--classes', '0'], '--classes must be a whole number from 1 to 30000, got 0'],
    [['summary', 'v1', '--classes', '1'], 'classes'],
    [['summary', 'v1', '--padding', 'wide'], '--padding must be one of same, symmetric, valid, got wide'],
    [['summary', 'v2', '--padding', 'valid'], 'rows.'],
    [['summary', 'v1', '--width-rule', 'timm'], '--width-rule must be one of torchvision, keras, got timm'],
    [['summary', 'v1', '--convention', 'onnx'], '--convention must be one of'],
    [['summary', 'v1', '--head', 'unet'], '--head must be one of classifier, features'],
    [['summary', 'article-000-separable', '--head', 'ssdlite'], 'needs padding'],
    [['summary', 'v1', '--out-indices', '3'], '--out-indices needs --head features'],
    [['summary', 'v1', '--head', 'features', '--out-indices', '3;6'], '--out-indices must be rows counted from 0'],
    [['summary', 'v1', '--head', 'features', '--out-indices', '3,40'], 'head.outIndices.1'],
    [['summary', 'v1', '--output-stride', '4'], '--output-stride must be one of'],
    [['summary', 'v1', '--as', 'thop'], '--as must be one of torchsummary, fvcore, ptflops, got thop'],
    [['summary', 'v1', '--weights', 'init:-1'], '--weights init: the seed must be a whole number from 0 to 4294967295'],
    [['summary', 'v1', '--weights', 'init:1:zeros'], '--weights init: the rule must be one of he, torchvision, slim'],
    [['summary', 'v1', '--weights', 'golden:x'], '--weights golden: the seed must be a whole number'],
    [['summary', 'v1', '--weights', 'absent.safetensors'], '--weights absent.safetensors: ENOENT'],
    [['summary', 'v1', '--weights', 'broken.safetensors'], '--weights broken.safetensors:'],
    [['summary', 'broken.tflite'], 'network broken.tflite:'],
    [['summary', 'broken.onnx'], 'network broken.onnx:'],
    [['summary', 'model.json'], 'network model.json:'],
    [['diff', 'v1', 'nowhere'], 'must be a preset (v1, v2'],
    [['diff', 'v1'], "missing required argument 'b'"],
    [['run', 'v3-small'], "required option '--input <file>' not specified"],
    [['run', 'v3-small', '--input', 'x.npy'], 'run needs weights'],
    [['run', 'v3-small', '--input', 'absent.npy', ...run], '--input absent.npy: ENOENT'],
    [['run', 'v3-small', '--input', 'broken.json', ...run], 'must be a picture (PNG, JPEG) or a .npy array'],
    [['run', 'v3-small', '--input', 'broken.png', ...run], '--input broken.png:'],
    [['run', 'v3-small', '--input', 'short.npy', ...run], 'shape 1×32×32×3 needs 12288 bytes of values, got 372'],
    [['run', 'v3-small', '--input', 'flat.npy', ...run], 'shape must be [n, h, w, c] or [h, w, c], got 32×32'],
    [['run', 'v3-small', '--input', 'nchw.npy', ...run], 'say --layout nchw'],
    [['run', 'v3-small', '--input', 'gray.npy', ...run], 'must have 3 channels, got 32×32×1'],
    [['run', 'v3-small', '--input', 'nan.npy', ...run], 'values must be finite, value 0 is not'],
    [['run', 'v3-small', '--input', 'x.npy', '--size', '64', ...run], 'must be 64×64 as --size says, got 32×32×3'],
    [['run', 'v3-small', '--input', 'x.npy', '--size', 'big', ...run], '--size must be 224, HxW or HxWxC'],
    [['run', 'v3-small', '--input', 'x.npy', '--layout', 'hwc', ...run], '--layout must be one of nhwc, nchw'],
    [['run', 'v3-small', '--input', 'x.npy', '--normalise', 'caffe', ...run], '--normalise must be one of'],
    [
      ['run', 'v3-small', '--input', 'x.npy', '--engine', 'gpu', ...run],
      '--engine must be one of auto, simd, tfjs, tfjs:webgpu, tfjs:webgl, tfjs:wasm, tfjs:cpu, got gpu'
    ],
    [['run', 'v3-small', '--input', 'x.npy', '--labels', 'absent.txt', ...run], '--labels absent.txt: ENOENT'],
    [['run', 'v3-small', '--input', 'x.npy', '--features', '--head', 'lraspp', ...run], '--features and --head'],
    [['adapt', 'v3-small'], 'adapt needs trained weights'],
    [['train', 'v3-small', '--data', 'empty'], 'got an empty folder'],
    [['train', 'v3-small', '--data', 'one'], 'got 1 unreadable files'],
    [['train', 'v3-small', '--data', 'absent'], 'must be fashion-mnist, garment-scenes or a readable folder'],
    [['train', 'v3-small', '--epochs', '0'], '--epochs must be a whole number from 1'],
    [
      ['train', 'v3-small', '--engine', 'gpu'],
      '--engine must be one of auto, simd, tfjs, tfjs:webgpu, tfjs:webgl, tfjs:wasm, tfjs:cpu, got gpu'
    ],
    [['search', '--budget-ms', '1', '--budget-madds', '1e6'], 'give one of them'],
    [['search', '--budget-madds', '1000'], 'is below the floor of this space'],
    [['search', '--strategy', 'luck'], '--strategy must be random, random-near, evolution, got luck'],
    [['search', '--table', 'broken.json'], '--table broken.json'],
    [['adapt', 'broken.safetensors'], 'checkpoint broken.safetensors'],
    [['adapt', 'absent.safetensors'], 'ENOENT'],
    [['adapt', 'absent.safetensors', '--budget', '1.5'], '--budget must be a number from 0.01 to 0.99'],
    [['frobnicate'], 'unknown command']
  ])('%j', (words, message) => {
    const ended = bneck(...words);
    expect(ended.status).toBe(2);
    expect(ended.out).toBe('');
    const last = lastLine(ended);
    expect(last).toMatch(/^bneck: /);
    expect(last).toContain(message);
  });
});

test('weights that do not fit are listed: missing, extra and of another shape', () => {
  const ended = bneck('summary', 'v3-small', '--weights', wrongWeights());
  expect(ended.status).toBe(2);
  expect(lastLine(ended)).toMatch(/^bneck: weights of wrong.safetensors .+: 1 of another .+, 1 extra, \d+ missing$/);
  expect(ended.error).toContain('features.0.0.weight');
  expect(ended.error).toContain('stray.weight');
  expect(ended.error).toMatch(/and \d+ more/);
});

/** torchvision's names: the stem of another width, one tensor of nobody, all others missing. */
function wrongWeights(): string {
  const tensor = (shape: readonly number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  const tensors = { 'features.0.0.weight': tensor([8, 3, 3, 3]), 'stray.weight': tensor([2]) };
  file('wrong.safetensors', writeSafetensors(tensors, {}));
  return 'wrong.safetensors';
}

/** @file TensorFlow.js models that mean harm become issues that name what is wrong, never an exception and never a wait. */
import { expect, test } from 'vitest';
import { importTfjs } from '../../src/lib/import/tfjs/tfjs';
import { timed } from '../support/hostile';
import { tinyGraph } from '../support/tiny-tfjs';

const { json, shards } = tinyGraph();
type Model = Record<string, unknown> & { weightsManifest: { paths: string[]; weights: object[] }[] };

/** The model with something changed in it. */
function changed(change: (model: Model) => void): string {
  const model = JSON.parse(json) as Model;
  change(model);
  return JSON.stringify(model);
}

const nested = (open: string, depth: number, close: string): string => open.repeat(depth) + close.repeat(depth);
const sequential = '{"class_name":"Sequential","config":{"name":"one","layers":[';
const layers = (all: string): string =>
  `{"modelTopology":{"class_name":"Sequential","config":{"name":"all","layers":[${all}]}},"weightsManifest":[]}`;
const convolution = (option: string): string =>
  `{"class_name":"Conv2D","config":{"name":"c","batch_input_shape":[null,8,8,3],"filters":1,"kernel_size":[1,1],${option}}}`;

test.each<[string, string, RegExp]>([
  [
    'layers nested without end',
    `{"modelTopology":${nested(sequential, 5000, ']}}')},"weightsManifest":[]}`,
    /how large the picture is/
  ],
  ['a chain of a graph that bites its tail', json.replace('"input":["picture"', '"input":["head/swish"'), /itself/],
  [
    'a shard asked for a thousand times',
    changed(({ weightsManifest: [group] }) => {
      group!.paths = Array.from({ length: 1000 }, () => group!.paths[0]!);
      group!.weights = Array.from({ length: 1000 }, () => group!.weights).flat();
    }),
    /stands twice/
  ],
  [
    'a tensor twice',
    changed(({ weightsManifest: [group] }) => {
      group!.weights = group!.weights.map((spec) => ({ ...spec, name: 'same' }));
    }),
    /stands twice/
  ],
  [
    'a tensor of 2^60 numbers',
    changed(({ weightsManifest: [group] }) => {
      group!.weights = [{ name: 'big', dtype: 'float32', shape: [2 ** 30, 2 ** 30] }];
    }),
    /the tensors need/
  ],
  [
    'an option nested without end',
    layers(convolution(`"data_format":${nested('[', 50_000, ']')}`)),
    /data_format \[…\]/
  ],
  ['an option that is no text', layers(convolution('"data_format":{"toString":1,"valueOf":1}')), /data_format \{…\}/],
  ['3,000 layers', layers(Array.from({ length: 3000 }, () => convolution('"strides":1')).join()), /more than 2500/],
  [
    'a prototype for a class',
    layers('{"class_name":"__proto__","config":{"batch_input_shape":[null,8,8,3]}}'),
    /__proto__/
  ]
])('%s', async (_, text, words) => {
  const { answer, ms } = await timed((file: string) => importTfjs(file, shards, 'harm'), text);
  expect(answer.kind === 'bad' && answer.issues.map(({ message }) => message).join()).toMatch(words);
  expect(ms).toBeLessThan(200);
});

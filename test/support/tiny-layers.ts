/** @file Test support: a small Keras model built, and saved, by TensorFlow.js itself. */
import * as tf from '@tensorflow/tfjs';
import type { ModelFiles } from './tfjs-models';

const { layers } = tf;
const momentum = 0.9;
const norm = (name: string) =>
  layers.batchNormalization({
    name,
    momentum,
    betaInitializer: lively(3),
    movingMeanInitializer: lively(4),
    gammaInitializer: positive(5),
    movingVarianceInitializer: positive(6)
  });
const lively = (seed: number) => tf.initializers.randomNormal({ stddev: 0.3, seed });
const positive = (seed: number) => tf.initializers.randomUniform({ minval: 0.5, maxval: 1.5, seed });

/** A Model of norms apart with a shortcut and explicit zeros, nested in a Sequential with a classifier; 24 x 32 pictures. */
export async function tinyLayers(): Promise<{ readonly files: ModelFiles; readonly model: tf.LayersModel }> {
  const picture = tf.input({ shape: [24, 32, 3] });
  const apply = (layer: tf.layers.Layer, from: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
    layer.apply(from) as tf.SymbolicTensor;
  const conv = (name: string, filters: number, kernelSize: number) =>
    layers.conv2d({ name, filters, kernelSize, padding: 'same', useBias: false, kernelInitializer: lively(1) });
  const zeros = {
    padding: [
      [0, 1],
      [0, 1]
    ] as [[number, number], [number, number]]
  };
  let at = apply(layers.zeroPadding2d({ name: 'stem_pad', ...zeros }), picture);
  at = apply(
    layers.conv2d({
      name: 'stem',
      filters: 8,
      kernelSize: 3,
      strides: 2,
      useBias: false,
      kernelInitializer: lively(1)
    }),
    at
  );
  at = apply(layers.reLU({ name: 'stem_relu', maxValue: 6 }), apply(norm('stem_bn'), at));
  const block = apply(layers.reLU({ name: 'expand_relu' }), apply(norm('expand_bn'), apply(conv('expand', 24, 1), at)));
  const depthwise = apply(
    layers.depthwiseConv2d({
      name: 'depthwise',
      kernelSize: 5,
      padding: 'same',
      depthwiseInitializer: lively(2),
      biasInitializer: lively(7)
    }),
    block
  );
  const active = apply(
    layers.activation({ name: 'depthwise_relu', activation: 'relu' }),
    apply(norm('depthwise_bn'), depthwise)
  );
  const project = apply(norm('project_bn'), apply(conv('project', 8, 1), active));
  const sum = apply(layers.add({ name: 'sum' }), [at, project]);
  const inner = tf.model({ name: 'inner', inputs: picture, outputs: sum });
  const model = tf.sequential({
    layers: [
      inner,
      layers.globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' }),
      layers.dropout({ name: 'dropout', rate: 0.2 }),
      layers.dense({ name: 'hidden', units: 12, activation: 'relu', biasInitializer: lively(8) }),
      layers.dense({ name: 'logits', units: 4, activation: 'softmax', kernelInitializer: lively(9) })
    ]
  });
  const saved: tf.io.ModelArtifacts[] = [];
  await model.save({
    save: (artifacts) => {
      saved.push(artifacts);
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } });
    }
  });
  const [artifacts] = saved;
  const data = artifacts?.weightData;
  if (!(data instanceof ArrayBuffer)) throw new Error('the saved model must have one buffer of weights');
  const weightsManifest = [{ paths: ['weights.bin'], weights: artifacts?.weightSpecs }];
  const json = JSON.stringify({ modelTopology: artifacts?.modelTopology, weightsManifest });
  return { model, files: { json, shards: new Map([['weights.bin', new Uint8Array(data)]]) } };
}

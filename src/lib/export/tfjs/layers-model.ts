/** @file Step 8, export: a network as a TensorFlow.js layers model of built-in layers alone, written without TensorFlow.js. */
import type { Architecture } from '$lib/arch/architecture';
import { build } from '$lib/base/build';
import { lowerWithOutputs } from '$lib/ops/lower';
import type { Tensors } from '$lib/weights/checkpoint';
import { modelName } from '../keras/names';
import { LayerList, type LayerValue, type WeightedLayer } from './layers-list';
import { appendOp } from './layers-ops';
import { toShards, type WeightsFile } from './weights';

/** `model.json` and the files of weights that belong beside it. */
export interface TfjsLayersModel {
  readonly modelJson: string;
  readonly weights: readonly WeightsFile[];
}

function layersOf(arch: Architecture, tensors: Tensors): { layers: WeightedLayer[]; outputs: LayerValue[] } {
  const { ops, outputs } = lowerWithOutputs(arch);
  const list = new LayerList({ layer: 'picture', shape: arch.input });
  const dropout = arch.head.kind === 'classifier' ? arch.head.dropout : 0;
  const values = new Map<string, LayerValue>([['', list.picture]]);
  const valueOf = (id: string): LayerValue => {
    const value = values.get(id);
    if (!value) throw new Error(`op ${id}: must come before what reads it`);
    return value;
  };
  for (const op of ops) {
    const inputs = { x: valueOf(op.inputs[0] ?? ''), all: op.inputs.map(valueOf) };
    values.set(op.id, appendOp(op, { list, tensors, dropout }, inputs));
  }
  const seen = new Set<string>();
  const answers = outputs.map((id, index) => {
    const value = valueOf(id);
    // TensorFlow.js gives an output that is named twice only once.
    if (!seen.has(id)) return seen.add(id) && value;
    return list.same('Activation', `${value.layer}_again${index}`, { value, config: { activation: 'linear' } });
  });
  return { layers: list.needed(answers), outputs: answers };
}

/**
 * The network for `tf.loadLayersModel`, which needs no class registered: NHWC pictures of the table's size in, logits
 * [n, classes] or the head's own maps out. Batch norms stay apart, so that it can be trained further. Throws where a tensor
 * is missing.
 */
export function toTfjsLayers(arch: Architecture, tensors: Tensors): TfjsLayersModel {
  const { layers, outputs } = layersOf(arch, tensors);
  const weights = layers.flatMap(({ json, weights: owned }) =>
    owned.map(({ variable, tensor }) => ({ name: `${json.name}/${variable}`, tensor }))
  );
  const shards = toShards(weights.map(({ tensor }) => tensor.data));
  const model = {
    format: 'layers-model',
    generatedBy: `Bneck ${build.version}`,
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Model',
        config: {
          name: modelName(arch.name),
          layers: layers.map(({ json }) => json),
          input_layers: [['picture', 0, 0]],
          output_layers: outputs.map(({ layer }) => [layer, 0, 0])
        }
      }
    },
    weightsManifest: [
      {
        paths: shards.map(({ path }) => path),
        weights: weights.map(({ name, tensor: { shape } }) => ({ name, shape, dtype: 'float32' }))
      }
    ]
  };
  return { modelJson: JSON.stringify(model), weights: shards };
}

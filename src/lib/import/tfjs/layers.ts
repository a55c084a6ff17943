/** @file Import: a TensorFlow.js layers model (Keras: Sequential and Model, nested in each other) as a neutral graph. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { GraphBuilder, type Value } from '../graph/builder';
import { fields, isFields, items, said, text, whole, type Fields } from './json';
import { layerRules, type Layer, type LayerGround } from './layer-rules';
import type { FileTensor } from './manifest';

/** Layers of one model. */
const mostLayers = 2500;

/** Models inside models inside models: more than this is no picture network. */
const deepest = 8;

const isModel = (className: string): boolean => ['Sequential', 'Model', 'Functional'].includes(className);

/** Layer names an inbound node of either spelling names. */
function inboundOf(where: string, value: unknown): string[] {
  const [node, ...others] = items(where, value);
  if (node === undefined) return [];
  if (others.length > 0) throw new NotUnderstood(where, m.import_tfjs_option({ option: 'inbound_nodes', value: '2+' }));
  return items(where, node).map((input) => {
    const [name, index, tensor] = items(where, input);
    if (index !== 0 || tensor !== 0) {
      throw new NotUnderstood(where, m.import_tfjs_option({ option: 'inbound_nodes', value: said(index) }));
    }
    return text(where, name);
  });
}

function layerOf(value: unknown, functional: boolean): Layer {
  const layer = fields('layers', value);
  const className = text('layers', layer['class_name']);
  const raw = layer['config'];
  // An old Sequential has its layers for a config.
  const config = Array.isArray(raw) ? { layers: raw } : fields(className, raw);
  const name = text(className, layer['name'] ?? config['name'] ?? className);
  return { className, name, config, inputs: functional ? inboundOf(name, layer['inbound_nodes'] ?? []) : null };
}

const inputLayer = 'InputLayer';

/** Height, width and channels of a `batch_input_shape`; null for another rank. */
function pictureShape(where: string, shape: unknown): readonly [number, number, number] | null {
  const sides = items(where, shape);
  if (sides.length !== 4) return null;
  const [height = 0, width = 0, channels = 0] = sides.slice(1).map((side) => whole(where, side, 1));
  return [height, width, channels];
}

/** The picture's size as the first layer that says it does, going down into nested models. */
function pictureOf(layer: Layer, depth = 0): readonly [number, number, number] {
  const shape = layer.config['batch_input_shape'] ?? layer.config['batch_shape'];
  const known = shape === undefined || shape === null ? null : pictureShape(layer.name, shape);
  if (known) return known;
  if (!isModel(layer.className) || depth >= deepest) throw new NotUnderstood(layer.name, m.import_tfjs_picture_size());
  const functional = layer.className !== 'Sequential';
  const layers = items(layer.name, layer.config['layers']).map((value) => layerOf(value, functional));
  const first = functional ? layers.find(({ className }) => className === inputLayer) : layers[0];
  if (!first) throw new NotUnderstood(layer.name, m.import_tfjs_picture_size());
  return pictureOf(first, depth + 1);
}

class LayersReader {
  private readonly ground: LayerGround;

  constructor(
    readonly builder: GraphBuilder,
    tensors: ReadonlyMap<string, FileTensor>
  ) {
    this.ground = { builder, tensors };
  }

  /** The value of one layer. */
  layer(layer: Layer, inputs: readonly Value[], depth: number): Value {
    if (isModel(layer.className)) return this.model(layer, inputs, depth);
    const rule = Object.hasOwn(layerRules, layer.className) ? layerRules[layer.className] : undefined;
    if (!rule) throw new NotUnderstood(layer.name, m.import_tfjs_layer({ kind: layer.className }));
    if (inputs.length === 0) throw new NotUnderstood(layer.name, m.import_tfjs_input({ input: '' }));
    return rule(this.ground, layer, inputs);
  }

  /** The value of a model, nested or outermost. */
  model(model: Layer, inputs: readonly Value[], depth: number): Value {
    const [picture, ...others] = inputs;
    if (!picture || others.length > 0 || depth >= deepest) {
      throw new NotUnderstood(model.name, m.import_tfjs_pictures({ count: inputs.length }));
    }
    const functional = model.className !== 'Sequential';
    const listed = items(model.name, model.config['layers']);
    if (listed.length > mostLayers) throw new NotUnderstood(model.name, m.import_tfjs_many({ most: mostLayers }));
    const layers = listed.map((value) => layerOf(value, functional));
    return functional ? this.functional(model, layers, { picture, depth }) : this.sequence(layers, picture, depth);
  }

  private sequence(layers: readonly Layer[], picture: Value, depth: number): Value {
    let at = picture;
    for (const layer of layers) if (layer.className !== inputLayer) at = this.layer(layer, [at], depth + 1);
    return at;
  }

  /** Layers in the order in which their inputs are ready; the file may list them in another. */
  private functional(model: Layer, layers: readonly Layer[], from: { picture: Value; depth: number }): Value {
    const values = new Map<string, Value>();
    let left = [...layers];
    while (left.length > 0) {
      const waiting = left.filter((layer) => {
        const inputs = layer.inputs ?? [];
        const ready = inputs.flatMap((name) => values.get(name) ?? []);
        if (ready.length < inputs.length) return true;
        const value = layer.className === inputLayer ? from.picture : this.layer(layer, ready, from.depth + 1);
        values.set(layer.name, value);
        return false;
      });
      if (waiting.length === left.length) throw new NotUnderstood(left[0]?.name ?? model.name, m.import_tfjs_cycle());
      left = waiting;
    }
    const inputCount = layers.filter(({ className }) => className === inputLayer).length;
    if (inputCount !== 1) throw new NotUnderstood(model.name, m.import_tfjs_pictures({ count: inputCount }));
    const outputs = items(model.name, model.config['output_layers']);
    // One output may stand without the list around it.
    const [output] = Array.isArray(outputs[0]) ? items(model.name, outputs[0]) : outputs;
    const value = values.get(text(model.name, output));
    if (!value || (Array.isArray(outputs[0]) && outputs.length > 1)) {
      throw new NotUnderstood(model.name, m.import_tfjs_outputs());
    }
    return value;
  }
}

/** Reads `modelTopology` with its tensors by name; throws `NotUnderstood` naming the layer that cannot be read. */
export function readLayers(
  topology: Fields,
  tensors: ReadonlyMap<string, FileTensor>
): { readonly builder: GraphBuilder; readonly output: Value } {
  const outermost = isFields(topology['model_config']) ? topology['model_config'] : topology;
  const model = layerOf(outermost, false);
  if (!isModel(model.className)) throw new NotUnderstood(model.name, m.import_tfjs_layer({ kind: model.className }));
  const builder = new GraphBuilder(pictureOf(model));
  return { builder, output: new LayersReader(builder, tensors).model(model, [builder.picture], 0) };
}

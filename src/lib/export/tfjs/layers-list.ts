/** @file Step 8, export: the growing list of Keras layers of a TensorFlow.js model, with shapes and weights. */
import type { Tensor } from '$lib/weights/checkpoint';

/** What a layer gives, without the batch, and its name. */
export interface LayerValue {
  readonly layer: string;
  readonly shape: readonly number[];
}

/** A layer as Keras 2 writes it. */
export interface LayerJson {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, 0, 0, object])[])[];
}

/** A layer and the tensors it owns, in the order of its variables. */
export interface WeightedLayer {
  readonly json: LayerJson;
  readonly weights: readonly { readonly variable: string; readonly tensor: Tensor }[];
}

/** What a new layer is, besides its inputs. */
export interface NewLayer {
  readonly kind: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly weights?: Readonly<Record<string, Tensor>>;
}

/** Collects layers; every verb appends one and gives its value. */
export class LayerList {
  readonly layers = new Map<string, WeightedLayer>();

  constructor(readonly picture: LayerValue) {
    const config = { batch_input_shape: [null, ...picture.shape], dtype: 'float32', sparse: false };
    this.push({ kind: 'InputLayer', name: picture.layer, shape: picture.shape, config }, []);
  }

  push({ kind, name, shape, config = {}, weights = {} }: NewLayer, inputs: readonly LayerValue[]): LayerValue {
    if (this.layers.has(name)) throw new Error(`layer ${name}: must come once`);
    const nodes = inputs.map(({ layer }) => [layer, 0, 0, {}] as const);
    const json: LayerJson = {
      class_name: kind,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: nodes.length > 0 ? [nodes] : []
    };
    const owned = Object.entries(weights).map(([variable, tensor]) => ({ variable, tensor }));
    this.layers.set(name, { json, weights: owned });
    return { layer: name, shape };
  }

  /** A layer with one input that keeps its shape. */
  same(
    kind: string,
    name: string,
    from: { readonly value: LayerValue; readonly config?: NewLayer['config'] }
  ): LayerValue {
    const { value, config = {} } = from;
    return this.push({ kind, name, shape: value.shape, config }, [value]);
  }

  /** The value with another shape of as many numbers; itself where it has that shape. */
  reshaped(value: LayerValue, name: string, shape: readonly number[]): LayerValue {
    if (value.shape.join() === shape.join()) return value;
    return this.push({ kind: 'Reshape', name, shape, config: { target_shape: shape } }, [value]);
  }

  /** The layers that the named ones need, in the order of the list. */
  needed(outputs: readonly LayerValue[]): WeightedLayer[] {
    const wanted = new Set([this.picture.layer, ...outputs.map(({ layer }) => layer)]);
    const all = [...this.layers.values()];
    for (const { json } of all.toReversed())
      if (wanted.has(json.name)) for (const node of json.inbound_nodes) for (const [name] of node) wanted.add(name);
    return all.filter(({ json }) => wanted.has(json.name));
  }
}

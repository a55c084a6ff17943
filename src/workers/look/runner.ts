/** @file Workers: shows what every layer of a trained network answers to a picture; the built TensorFlow.js network answers. */
import { normalise } from '$lib/data/batches';
import type { Dataset } from '$lib/data/dataset';
import type { Network } from '$lib/engine/engine';
import { lower } from '$lib/ops/lower';
import { softmax } from '$lib/task/softmax';
import type { Checkpoint } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { openFrame } from '../open-engine';
import { datasetOf, type Platform } from '../platform';
import type { LookRunner, SeenMap } from './protocol';

/** Channels handed over of a map. */
const mostChannels = 64;

const split = 'validation';

/** The first channels of [height, width, channels]. */
function cut(values: Float32Array, channels: number, kept: number): Float32Array {
  if (kept === channels) return values;
  return Float32Array.from({ length: (values.length / channels) * kept }, (_, i) => {
    return values[Math.floor(i / kept) * channels + (i % kept)] ?? 0;
  });
}

/** Whether two networks are the same table with the same numbers. */
function same(a: Checkpoint, b: Checkpoint): boolean {
  const names = Object.keys(a.tensors);
  if (names.length !== Object.keys(b.tensors).length || JSON.stringify(a.arch) !== JSON.stringify(b.arch)) return false;
  return names.every((name) => {
    const [one, other] = [a.tensors[name]?.data, b.tensors[name]?.data];
    return one?.length === other?.length && one?.every((value, i) => Object.is(value, other?.[i]));
  });
}

/** A runner on this platform; it keeps the network it looked into last. */
export function createLookRunner(platform: Platform): LookRunner {
  let dataset: Dataset | null = null;
  let shown: { readonly checkpoint: Checkpoint; readonly network: Network } | null = null;

  const album = (): Dataset => {
    if (!dataset) throw new Error(m.engine_look_open());
    return dataset;
  };

  async function networkOf(checkpoint: Checkpoint): Promise<Network> {
    const { arch, tensors } = checkpoint;
    // A message brings a copy: the same network is known by its numbers.
    if (shown && same(shown.checkpoint, checkpoint)) return shown.network;
    shown?.network.dispose();
    shown = null;
    const network = await (await openFrame(platform.engines)).createNetwork(arch, tensors, 1);
    shown = { checkpoint, network };
    return network;
  }

  return {
    async open(data, input) {
      dataset = await datasetOf(platform, data, input);
      const { shape, classes, splits } = dataset;
      return { count: splits[split].count, shape, classes };
    },
    async pictures(from, count) {
      const open = album();
      const [height, width, channels] = open.shape;
      const size = height * width * channels;
      const labels = open.kind === 'classes' ? open.splits[split].labels.slice(from, from + count) : null;
      return { pixels: open.splits[split].images.slice(from * size, (from + count) * size), labels };
    },
    async look(checkpoint, picture) {
      const { shape, classes, splits } = album();
      const { arch } = checkpoint;
      if (arch.input.join() !== shape.join() || arch.classes !== classes.length) {
        const values = { name: arch.name, input: arch.input.join('×'), shape: shape.join('×') };
        throw new Error(m.engine_look_fit({ ...values, classes: arch.classes, count: classes.length }));
      }
      const size = shape[0] * shape[1] * shape[2];
      const images = new Float32Array(size);
      const { labels } = normalise(album(), split, [picture], images);
      const single = album().kind === 'classes';
      const ops = lower(arch);
      const ids = ops.map(({ id }) => id);
      const found = await (await networkOf(checkpoint)).activations(images, 1, ids);
      const maps = ops.map(({ id, kind, out }): SeenMap => {
        const channels = Math.min(mostChannels, out[2]);
        return { id, kind, shape: out, channels, values: cut(found[id] ?? new Float32Array(), out[2], channels) };
      });
      const last = ids.at(-1) ?? '';
      return {
        label: single ? (labels[0] ?? null) : null,
        pixels: splits[split].images.slice(picture * size, (picture + 1) * size),
        probabilities: single ? Float32Array.from(softmax(found[last] ?? new Float32Array())) : null,
        maps
      };
    }
  };
}

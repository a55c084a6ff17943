/** @file Command line: the numbers a training or a pruning starts from, fitted to the pictures it works on. */
import type { Architecture } from '$lib/arch/architecture';
import { fitTo } from '$lib/arch/fit';
import { garmentScenes } from '$lib/data/garment-scenes';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import type { Checkpoint, Provenance, Tensor, Tensors } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import type { DataChoice } from '$workers/choice';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import type { CliNetwork } from './network';
import type { NetworkOptions } from './network-options';
import { bundledManifest } from './pixels';
import { remark } from './print';
import { loadWeights } from './weights';

/** What a start is made for. */
export interface StartOptions extends NetworkOptions {
  readonly seed: number;
}

/** Name, fingerprint, shape and number of classes of the pictures; scenes are as large as the network's input. */
function picturesOf(data: DataChoice, { input }: Architecture) {
  if (data.kind === 'bundled' && data.id === 'garment-scenes') return { ...garmentScenes, sha256: '', shape: input };
  const { id, sha256, shape, classes } = data.kind === 'own' ? data.dataset : bundledManifest('fashion-mnist');
  return { id, sha256, shape, classes: classes.length };
}

/** Weights nobody trained here. */
function untrained(data: DataChoice, arch: Architecture, seed: number): Provenance {
  const { id, sha256 } = picturesOf(data, arch);
  return { dataset: id, datasetSha256: sha256, epochs: 0, seed, engine: '', validationAccuracy: null };
}

/** The given tensors where they have the wanted shape; the others (stem of other channels, other classes) drawn anew. */
function refitted({ arch, tensors }: Pick<Checkpoint, 'arch' | 'tensors'>, seed: number): Tensors {
  const drawn = initTensors(lower(arch), seed);
  const anew: string[] = [];
  const pairs = lower(arch)
    .flatMap(tensorsOf)
    .flatMap(({ name, shape }): [string, Tensor][] => {
      const given = tensors[name];
      if (given && given.shape.join() === shape.join()) return [[name, given]];
      anew.push(name);
      const fresh = drawn[name];
      return fresh ? [[name, fresh]] : [];
    });
  if (anew.length > 0) remark(m.cli_weights_anew({ tensors: anew.join(', ') }));
  return Object.fromEntries(pairs);
}

/** Where a training begins: the table as drawn, tensors for the table as fitted; null without weights. */
export function trainingStart(network: CliNetwork, data: DataChoice, options: StartOptions): Checkpoint | null {
  const { arch, from, tensors } = network;
  if (!tensors) return null;
  const { shape, classes } = picturesOf(data, arch);
  const fitted = fitTo(arch, shape, classes).arch;
  const { weights } = options;
  const start =
    weights && weights.kind !== 'file'
      ? loadWeights(fitted, weights, 1).tensors
      : refitted({ arch: fitted, tensors }, options.seed);
  return { format: 1, arch, tensors: start, from: from ?? untrained(data, arch, options.seed) };
}

/** The network to prune; throws InputError when it has no weights. */
export function pruningStart({ name, arch, tensors, from }: CliNetwork, data: DataChoice, seed: number): Checkpoint {
  if (!tensors) throw new InputError(m.cli_adapt_weights({ name }));
  return { format: 1, arch, tensors, from: from ?? untrained(data, arch, seed) };
}

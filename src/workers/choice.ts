/** @file Workers: what a person may choose for a run: pictures, engine, runtime. */
import type { ClassSet } from '$lib/data/dataset';
import type { EngineWish } from '$lib/engine/choose';

/** The sets that come along: labelled garments, and scenes composed of them to the size a network takes. */
export type BundledId = 'fashion-mnist' | 'garment-scenes';

/** Pictures to train on: a set that comes along, or the user's own, already decoded. */
export type DataChoice =
  { readonly kind: 'bundled'; readonly id: BundledId } | { readonly kind: 'own'; readonly dataset: ClassSet };

/** 'auto' takes the fastest available; the others force one, or one backend of TensorFlow.js. */
export type EngineChoice = EngineWish;

/** Inference runtimes that can be timed. */
export type RuntimeChoice = 'tfjs-wasm';

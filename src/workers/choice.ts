/** @file Workers: what a person may choose for a run: pictures, engine, runtime. */
import type { Dataset } from '$lib/data/dataset';
import type { EngineWish } from '$lib/engine/choose';

/** Pictures to train on: the bundled set, or the user's own, already decoded. */
export type DataChoice =
  { readonly kind: 'bundled'; readonly id: 'fashion-mnist' } | { readonly kind: 'own'; readonly dataset: Dataset };

/** 'auto' takes the fastest available; the others force one, or one backend of TensorFlow.js. */
export type EngineChoice = EngineWish;

/** Inference runtimes that can be timed. */
export type RuntimeChoice = 'tfjs-wasm';

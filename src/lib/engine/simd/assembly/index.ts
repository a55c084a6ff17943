/** @file Assembly: the exports of the core; compiled twice by scripts/build-core.mjs, with and without relaxed SIMD. */
export { copy, zero } from './vector';
export { gemm, gemmTN, packB } from './gemm';
export { col2im, im2col } from './patches';
export { windows } from './windows';
export { windowWeights } from './window-weights';
export { normApply, normClose, normLine, normSums } from './norm';
export { normGradient, normReduce, normSettle } from './norm-backward';
export { pool, poolBackward } from './pool';
export { windowPool, windowPoolBackward } from './window-pool';
export { resize, resizeBackward } from './resize';
export { gate, gateBackward } from './gate';
export { product, productBackward } from './product';
export { activateMap, deactivateMap } from './activation';
export { biasAct, biasActBackward } from './dense';
export { repeat, repeatBackward, strips } from './moves';
export { sum } from './elementwise';
export { adam, follow, rmsprop, scale, sgd, squares } from './optimisers';
export { roundFilters, roundOn, roundOnBackward, roundThrough, roundThroughBackward } from './rounding';

/** @file Assembly: the exports of the core; compiled twice by scripts/build-core.mjs, with and without relaxed SIMD. */
export { copy, zero } from './vector';
export { gemm, gemmTN, packB } from './gemm';
export { col2im, im2col } from './patches';
export { depthwise, depthwiseInput, depthwiseWeight } from './depthwise';
export { normApply, normBackward, normScale, normStats } from './norm';
export { pool, poolBackward } from './pool';
export { gate, gateBackward } from './gate';
export { biasAct, biasActBackward } from './dense';
export { sgd, sum } from './elementwise';

/** @file SIMD engine: the exports of the compiled kernels; pointers are byte offsets, B pictures, M = B * H * W rows. */
import type { Activation } from '$lib/ops/op';

type N = number;

/** A window over a map: input sizes, kernel, stride, zeros before it, output sizes, dilation. */
export type Geometry = readonly [H: N, W: N, C: N, k: N, s: N, top: N, left: N, Ho: N, Wo: N, d: N];

/** A pool window over a map: input sizes, kernel, stride, output sizes. */
export type PoolGeometry = readonly [H: N, W: N, C: N, kh: N, kw: N, sh: N, sw: N, Ho: N, Wo: N];

/** Adam's numbers for one tensor in one step. */
export type AdamRule = readonly [stride: N, root: N, beta1: N, beta2: N, eps: N, decay: N, shrink: N];

/** How a sum of taps walks: between outputs in x and y, then the taps and what x and the weight move from one to the next. */
export type WindowSteps = readonly [
  xPicture: N,
  xRow: N,
  xPixel: N,
  yPicture: N,
  yRow: N,
  yPixel: N,
  lines: N,
  taps: N,
  xLine: N,
  xTap: N,
  wLine: N,
  wTap: N,
  add: N
];

/** The same for the weight gradient. */
export type WeightSteps = readonly [xPicture: N, xRow: N, xPixel: N, dPicture: N, dRow: N, k: N, xLine: N, xTap: N];

/** Pixels of a map in lines of W; those of the target lie `stride` floats apart, with a gap after every H of them. */
export type Lines = readonly [M: N, W: N, H: N, C: N, stride: N, gap: N];

/** Vectors a norm reads and fills, then its constants. */
export type CloseVectors = readonly [
  mean: N,
  rstd: N,
  runMean: N,
  runVar: N,
  gamma: N,
  beta: N,
  scale: N,
  offset: N,
  eps: N,
  momentum: N
];

/** A grid as the kernels take it: real = scale * (stored - zero), stored numbers least..most, `lift` added to what is rounded. */
export type GridNumbers = readonly [scale: N, zero: N, lift: N, least: N, most: N];

/** What `assembly/index.ts` exports, documented there. */
export interface Kernels {
  zero(p: N, n: N): void;
  copy(to: N, from: N, n: N): void;
  packB(w: N, K: N, N: N, transposed: N, out: N): void;
  gemm(A: N, B: N, C: N, M: N, K: N, N: N, add: N): void;
  gemmTN(A: N, D: N, out: N, M: N, K: N, N: N): void;
  im2col(x: N, out: N, B: N, ...window: Geometry): void;
  col2im(col: N, dx: N, B: N, ...window: Geometry): void;
  windows(x: N, w: N, y: N, B: N, H: N, W: N, C: N, ...steps: WindowSteps): void;
  windowWeights(x: N, d: N, dw: N, B: N, H: N, W: N, C: N, ...steps: WeightSteps): void;
  normSums(x: N, M: N, C: N, shift: N, sum: N, square: N): void;
  normClose(M: N, C: N, shift: N, ...vectorsAndConstants: CloseVectors): void;
  normLine(C: N, mean: N, variance: N, gamma: N, beta: N, scale: N, offset: N, eps: N): void;
  normApply(x: N, y: N, ...linesScaleOffsetAct: [...Lines, N, N, N]): void;
  normReduce(x: N, dy: N, M: N, C: N, mean: N, scale: N, offset: N, dg: N, db: N, act: N): void;
  normSettle(M: N, C: N, mean: N, rstd: N, scale: N, dg: N, db: N, slope: N, base: N): void;
  normGradient(x: N, d: N, dx: N, ...linesScaleSlopeBase: [...Lines, N, N, N]): void;
  pool(x: N, y: N, B: N, P: N, C: N): void;
  poolBackward(dy: N, dx: N, B: N, P: N, C: N, add: N): void;
  windowPool(x: N, y: N, B: N, ...window: PoolGeometry): void;
  windowPoolBackward(dy: N, dx: N, B: N, ...window: PoolGeometry): void;
  resize(x: N, y: N, B: N, H: N, W: N, C: N, Ho: N, Wo: N): void;
  resizeBackward(dy: N, dx: N, B: N, H: N, W: N, C: N, Ho: N, Wo: N): void;
  gate(x: N, s: N, y: N, B: N, P: N, C: N): void;
  gateBackward(x: N, s: N, dy: N, dx: N, ds: N, B: N, P: N, C: N, add: N, addGate: N): void;
  product(a: N, b: N, y: N, n: N): void;
  productBackward(a: N, b: N, dy: N, da: N, db: N, n: N, addA: N, addB: N): void;
  activateMap(z: N, y: N, n: N, act: N): void;
  deactivateMap(z: N, dy: N, n: N, act: N): void;
  biasAct(z: N, bias: N, y: N, M: N, N: N, act: N): void;
  biasActBackward(z: N, dy: N, db: N, M: N, N: N, act: N): void;
  repeat(x: N, y: N, n: N, m: N): void;
  repeatBackward(dy: N, dx: N, n: N, m: N, add: N): void;
  strips(from: N, fromStride: N, to: N, toStride: N, n: N, rows: N, add: N): void;
  sum(a: N, b: N, y: N, n: N): void;
  sgd(w: N, v: N, g: N, n: N, rate: N, momentum: N, decay: N, nesterov: N): void;
  adam(w: N, m: N, s: N, g: N, n: N, ...rule: AdamRule): void;
  rmsprop(w: N, v: N, s: N, g: N, n: N, rate: N, keep: N, momentum: N, eps: N, decay: N): void;
  follow(average: N, x: N, n: N, keep: N): void;
  scale(x: N, n: N, by: N): void;
  squares(x: N, n: N): number;
  roundOn(x: N, y: N, n: N, ...grid: GridNumbers): void;
  roundOnBackward(x: N, dy: N, n: N, ...grid: GridNumbers): void;
  roundThrough(x: N, y: N, n: N, values: N, ...grid: GridNumbers): void;
  roundThroughBackward(x: N, dy: N, n: N, slopes: N, ...grid: GridNumbers): void;
  roundFilters(w: N, y: N, n: N, filters: N, scales: N): void;
}

/** The kernels' numbers of the non-linearities (assembly/activation.ts). */
export const ACT: Readonly<Record<Activation, number>> = {
  linear: 0,
  relu: 1,
  relu6: 2,
  hardSwish: 3,
  hardSigmoid: 4,
  sigmoid: 5,
  swish: 6,
  shiftedSwish: 7
};

/** Batch norm computes those up to this one in its own pass; the others follow it in one of their own. */
export const LAST_FUSED = ACT.hardSwish;

/** Binds the kernels to a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

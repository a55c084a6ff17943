/** @file Assembly: updates of the weights w by their gradients g, each by the rule its name stands for; averages; lengths. */
import { fma, put } from './vector';

/**
 * SGD with momentum: g += decay * w; v = momentum * v + g; w -= rate * v, with Nesterov's look ahead
 * w -= rate * (g + momentum * v).
 */
export function sgd(
  w: usize, v: usize, g: usize, n: i32, rate: f32, momentum: f32, decay: f32, nesterov: i32
): void {
  const end = (<usize>n) << 2;
  const r = f32x4.splat(-rate);
  const m = f32x4.splat(momentum);
  const d = f32x4.splat(decay);
  for (let i: usize = 0; i < end; i += 16) {
    const lanes = <i32>((end - i) >> 2);
    const x = v128.load(w + i);
    const slope = fma(x, d, v128.load(g + i));
    const speed = fma(v128.load(v + i), m, slope);
    put(v + i, speed, lanes);
    put(w + i, fma(r, nesterov ? fma(m, speed, slope) : speed, x), lanes);
  }
}

/**
 * Adam: m and s are the averages of the gradient and its square (Kingma and Ba 2015, algorithm 1), whose bias the caller
 * takes out: stride is the rate over 1 - beta1^t, root is 1 over sqrt(1 - beta2^t). Decay goes into the gradient; shrink
 * is what w is multiplied by before (AdamW: 1 - rate * decay; Loshchilov and Hutter 2019, algorithm 2).
 */
export function adam(
  w: usize, m: usize, s: usize, g: usize, n: i32, stride: f32, root: f32, beta1: f64, beta2: f64, epsilon: f32,
  decay: f32, shrink: f32
): void {
  const end = (<usize>n) << 2;
  const keep1 = f32x4.splat(<f32>beta1);
  const fresh1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const fresh2 = f32x4.splat(<f32>(1 - beta2));
  const r = f32x4.splat(-stride);
  const unbias = f32x4.splat(root);
  const small = f32x4.splat(epsilon);
  const d = f32x4.splat(decay);
  const left = f32x4.splat(shrink);
  for (let i: usize = 0; i < end; i += 16) {
    const lanes = <i32>((end - i) >> 2);
    const x = f32x4.mul(v128.load(w + i), left);
    const slope = fma(x, d, v128.load(g + i));
    const mean = fma(v128.load(m + i), keep1, f32x4.mul(slope, fresh1));
    const square = fma(v128.load(s + i), keep2, f32x4.mul(f32x4.mul(slope, slope), fresh2));
    put(m + i, mean, lanes);
    put(s + i, square, lanes);
    put(w + i, fma(r, f32x4.div(mean, fma(f32x4.sqrt(square), unbias, small)), x), lanes);
  }
}

/**
 * RMSProp as TensorFlow's, with which the MobileNets were trained: s averages the squared gradient,
 * v = momentum * v + rate * g / sqrt(s + epsilon), w -= v.
 */
export function rmsprop(
  w: usize, v: usize, s: usize, g: usize, n: i32, rate: f32, keep: f64, momentum: f32, epsilon: f32, decay: f32
): void {
  const end = (<usize>n) << 2;
  const kept = f32x4.splat(<f32>keep);
  const fresh = f32x4.splat(<f32>(1 - keep));
  const r = f32x4.splat(rate);
  const mo = f32x4.splat(momentum);
  const small = f32x4.splat(epsilon);
  const d = f32x4.splat(decay);
  for (let i: usize = 0; i < end; i += 16) {
    const lanes = <i32>((end - i) >> 2);
    const x = v128.load(w + i);
    const slope = fma(x, d, v128.load(g + i));
    const square = fma(v128.load(s + i), kept, f32x4.mul(f32x4.mul(slope, slope), fresh));
    const pull = f32x4.div(f32x4.mul(slope, r), f32x4.sqrt(f32x4.add(square, small)));
    const speed = fma(v128.load(v + i), mo, pull);
    put(s + i, square, lanes);
    put(v + i, speed, lanes);
    put(w + i, f32x4.sub(x, speed), lanes);
  }
}

/** average[n] = keep * average[n] + (1 - keep) * x[n] */
export function follow(average: usize, x: usize, n: i32, keep: f64): void {
  const end = (<usize>n) << 2;
  const kept = f32x4.splat(<f32>keep);
  const fresh = f32x4.splat(<f32>(1 - keep));
  for (let i: usize = 0; i < end; i += 16) {
    const sum = fma(v128.load(average + i), kept, f32x4.mul(v128.load(x + i), fresh));
    put(average + i, sum, <i32>((end - i) >> 2));
  }
}

/** x[n] *= by */
export function scale(x: usize, n: i32, by: f32): void {
  const end = (<usize>n) << 2;
  const factor = f32x4.splat(by);
  for (let i: usize = 0; i < end; i += 16) {
    put(x + i, f32x4.mul(v128.load(x + i), factor), <i32>((end - i) >> 2));
  }
}

/** Sum of the squares of n numbers, in float64. */
export function squares(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 4) {
    const value = <f64>f32.load(x + i);
    sum += value * value;
  }
  return sum;
}

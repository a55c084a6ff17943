/** @file Assembly: the non-linearities by number: 0 linear, 1 relu, 2 relu6, 3 hard swish, 4 hard sigmoid, 5 sigmoid, 6 swish, 7 shifted swish. */
import { logistic } from './exponential';
import { fma, none, put } from './vector';

/** max(z, 0) and min(z, most) by the one instruction processors have for it; a NaN in z stays a NaN. */
@inline
function aboveZero(z: v128): v128 {
  return f32x4.pmax(z, none());
}
@inline
function atMost(z: v128, most: f32): v128 {
  return f32x4.pmin(z, f32x4.splat(most));
}

@inline
function gate(z: v128): v128 {
  return atMost(aboveZero(fma(z, f32x4.splat(1.0 / 6.0), f32x4.splat(0.5))), 1);
}

/** act(z) of those without an exponential (MobileNetV3 §5.2). */
@inline
export function activate(z: v128, act: i32): v128 {
  if (act == 1) return aboveZero(z);
  if (act == 2) return atMost(aboveZero(z), 6);
  if (act == 3) return f32x4.mul(z, gate(z));
  if (act == 4) return gate(z);
  return z;
}

/** dy * act'(z) of those without an exponential. */
@inline
export function deactivate(z: v128, dy: v128, act: i32): v128 {
  if (act == 1) return v128.and(dy, f32x4.gt(z, none()));
  if (act == 2) return v128.and(dy, v128.and(f32x4.gt(z, none()), f32x4.lt(z, f32x4.splat(6))));
  if (act == 3) {
    // 0 up to -3, 1 from 3, z / 3 + 1/2 between
    const middle = fma(z, f32x4.splat(1.0 / 3.0), f32x4.splat(0.5));
    const slope = v128.bitselect(f32x4.splat(1), middle, f32x4.ge(z, f32x4.splat(3)));
    return f32x4.mul(dy, v128.and(slope, f32x4.gt(z, f32x4.splat(-3))));
  }
  if (act == 4) {
    const inside = v128.and(f32x4.gt(z, f32x4.splat(-3)), f32x4.lt(z, f32x4.splat(3)));
    return f32x4.mul(v128.and(dy, inside), f32x4.splat(1.0 / 6.0));
  }
  return dy;
}

/** act(z), any number */
function activateAny(z: v128, act: i32): v128 {
  if (act < 5) return activate(z, act);
  if (act == 5) return logistic(z);
  if (act == 6) return f32x4.mul(z, logistic(z));
  return f32x4.mul(z, f32x4.mul(logistic(f32x4.add(z, f32x4.splat(3))), f32x4.splat(1.0 / 6.0)));
}

/** dy * act'(z), any number; with s the logistic, s' = s (1 - s) */
function deactivateAny(z: v128, dy: v128, act: i32): v128 {
  if (act < 5) return deactivate(z, dy, act);
  const s = logistic(act == 7 ? f32x4.add(z, f32x4.splat(3)) : z);
  const slope = f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
  if (act == 5) return f32x4.mul(dy, slope);
  const product = f32x4.mul(dy, f32x4.add(s, f32x4.mul(z, slope)));
  return act == 6 ? product : f32x4.mul(product, f32x4.splat(1.0 / 6.0));
}

/** y[n] = act(z[n]); y may be z */
export function activateMap(z: usize, y: usize, n: i32, act: i32): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    put(y + i, activateAny(v128.load(z + i), act), <i32>((end - i) >> 2));
  }
}

/** dy[n] becomes dz = dy * act'(z) */
export function deactivateMap(z: usize, dy: usize, n: i32, act: i32): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    put(dy + i, deactivateAny(v128.load(z + i), v128.load(dy + i), act), <i32>((end - i) >> 2));
  }
}

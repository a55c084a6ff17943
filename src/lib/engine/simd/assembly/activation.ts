/** @file Assembly: the non-linearities by number: 0 linear, 1 relu, 2 relu6, 3 hard swish, 4 hard sigmoid (MobileNetV3 §5.2). */
import { none } from './vector';

// @ts-ignore: decorator
@inline
function gate(z: v128): v128 {
  const clipped = f32x4.min(f32x4.max(f32x4.add(z, f32x4.splat(3)), none()), f32x4.splat(6));
  return f32x4.mul(clipped, f32x4.splat(1.0 / 6.0));
}

/** act(z) */
// @ts-ignore: decorator
@inline
export function activate(z: v128, act: i32): v128 {
  if (act == 1) return f32x4.max(z, none());
  if (act == 2) return f32x4.min(f32x4.max(z, none()), f32x4.splat(6));
  if (act == 3) return f32x4.mul(z, gate(z));
  if (act == 4) return gate(z);
  return z;
}

/** dy * act'(z) */
// @ts-ignore: decorator
@inline
export function deactivate(z: v128, dy: v128, act: i32): v128 {
  if (act == 1) return v128.and(dy, f32x4.gt(z, none()));
  if (act == 2) return v128.and(dy, v128.and(f32x4.gt(z, none()), f32x4.lt(z, f32x4.splat(6))));
  if (act == 3) {
    // 0 up to -3, 1 from 3, z / 3 + 1/2 between
    const middle = f32x4.add(f32x4.mul(z, f32x4.splat(1.0 / 3.0)), f32x4.splat(0.5));
    const slope = v128.bitselect(f32x4.splat(1), middle, f32x4.ge(z, f32x4.splat(3)));
    return f32x4.mul(dy, v128.and(slope, f32x4.gt(z, f32x4.splat(-3))));
  }
  if (act == 4) {
    const inside = v128.and(f32x4.gt(z, f32x4.splat(-3)), f32x4.lt(z, f32x4.splat(3)));
    return f32x4.mul(v128.and(dy, inside), f32x4.splat(1.0 / 6.0));
  }
  return dy;
}

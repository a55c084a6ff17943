/** @file Assembly: e^x of four numbers, to the last bit or two of float32 (Cephes' expf). */
import { fma } from './vector';

/** e^x; x is held to ±87, beyond which float32 has no normal numbers; a NaN stays a NaN. */
export function exponential(x: v128): v128 {
  const held = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87));
  const n = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504088896341)));
  // ln 2 in two parts, so that the remainder loses no digits
  let r = f32x4.sub(held, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = fma(p, r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  const mantissa = f32x4.add(fma(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(mantissa, power);
}

/** 1 / (1 + e^-x) */
export function logistic(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))));
}

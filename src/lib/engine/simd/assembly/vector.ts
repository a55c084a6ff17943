/** @file Assembly: the few vector words every kernel is written in; pointers are byte offsets, numbers float32, maps NHWC. */

/** a * b + c, fused where the target has relaxed SIMD; decided at compile time. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Four times the number at p. */
@inline
export function spread(p: usize): v128 {
  return v128.load32_splat(p);
}

/** Four zeros. */
@inline
export function none(): v128 {
  return f32x4.splat(0);
}

/** Stores the first `lanes` numbers of v; four or more store all. Loads may run past a row, stores never do. */
@inline
export function put(p: usize, v: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(p, v);
    return;
  }
  if (lanes > 0) f32.store(p, f32x4.extract_lane(v, 0));
  if (lanes > 1) f32.store(p, f32x4.extract_lane(v, 1), 4);
  if (lanes > 2) f32.store(p, f32x4.extract_lane(v, 2), 8);
}

/** Adds v to the four numbers at p. */
@inline
export function gather(p: usize, v: v128): void {
  v128.store(p, f32x4.add(v128.load(p), v));
}

/** Sets n numbers to zero. */
export function zero(p: usize, n: i32): void {
  memory.fill(p, 0, (<usize>n) << 2);
}

/** Copies n numbers. */
export function copy(to: usize, from: usize, n: i32): void {
  memory.copy(to, from, (<usize>n) << 2);
}

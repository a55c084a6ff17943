/** @file Assembly: numbers rounded as 8-bit kernels round them, and the gradients that pass as if nothing had been rounded. */
import { put } from './vector';

/** Where x + lift lies among the stored numbers, before rounding. */
@inline
function placed(x: v128, scale: f32, zero: f32, lift: f32): v128 {
  return f32x4.add(f32x4.div(f32x4.add(x, f32x4.splat(lift)), f32x4.splat(scale)), f32x4.splat(zero));
}

/** The stored number of each, halves to even, a NaN staying one. */
@inline
function stored(place: v128, least: f32, most: f32): v128 {
  return f32x4.min(f32x4.max(f32x4.nearest(place), f32x4.splat(least)), f32x4.splat(most));
}

/** All bits of those that lie between the outermost numbers. */
@inline
function within(place: v128, least: f32, most: f32): v128 {
  return v128.and(f32x4.ge(place, f32x4.splat(least)), f32x4.le(place, f32x4.splat(most)));
}

/** y[n] = scale * (q - zero) with q = (x + lift) / scale + zero rounded into least..most; y may be x */
export function roundOn(
  x: usize,
  y: usize,
  n: i32,
  scale: f32,
  zero: f32,
  lift: f32,
  least: f32,
  most: f32
): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const q = stored(placed(v128.load(x + i), scale, zero, lift), least, most);
    const value = f32x4.mul(f32x4.sub(q, f32x4.splat(zero)), f32x4.splat(scale));
    put(y + i, value, <i32>((end - i) >> 2));
  }
}

/** dy[n] stays where x lies on the grid and is 0 outside (straight through: arXiv 1806.08342 section 2.3) */
export function roundOnBackward(
  x: usize,
  dy: usize,
  n: i32,
  scale: f32,
  zero: f32,
  lift: f32,
  least: f32,
  most: f32
): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const inside = within(placed(v128.load(x + i), scale, zero, lift), least, most);
    put(dy + i, v128.and(v128.load(dy + i), inside), <i32>((end - i) >> 2));
  }
}

/** The number of a table [256] for a stored number -128..127, which may be a NaN. */
@inline
function entry(table: usize, q: f32): f32 {
  return q == q ? f32.load(table + ((<usize>(<i32>q + 128)) << 2)) : q;
}

/** y[n] = values[q] of the 256 stored numbers q of x; loads may run past x, stores never past y */
export function roundThrough(
  x: usize,
  y: usize,
  n: i32,
  values: usize,
  scale: f32,
  zero: f32,
  lift: f32,
  least: f32,
  most: f32
): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const q = stored(placed(v128.load(x + i), scale, zero, lift), least, most);
    let v = f32x4.splat(entry(values, f32x4.extract_lane(q, 0)));
    v = f32x4.replace_lane(v, 1, entry(values, f32x4.extract_lane(q, 1)));
    v = f32x4.replace_lane(v, 2, entry(values, f32x4.extract_lane(q, 2)));
    v = f32x4.replace_lane(v, 3, entry(values, f32x4.extract_lane(q, 3)));
    put(y + i, v, <i32>((end - i) >> 2));
  }
}

/** dy[n] becomes dy * slopes[q], 0 where x lies outside the grid */
export function roundThroughBackward(
  x: usize,
  dy: usize,
  n: i32,
  slopes: usize,
  scale: f32,
  zero: f32,
  lift: f32,
  least: f32,
  most: f32
): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const place = placed(v128.load(x + i), scale, zero, lift);
    const q = stored(place, least, most);
    let slope = f32x4.splat(entry(slopes, f32x4.extract_lane(q, 0)));
    slope = f32x4.replace_lane(slope, 1, entry(slopes, f32x4.extract_lane(q, 1)));
    slope = f32x4.replace_lane(slope, 2, entry(slopes, f32x4.extract_lane(q, 2)));
    slope = f32x4.replace_lane(slope, 3, entry(slopes, f32x4.extract_lane(q, 3)));
    const d = v128.and(f32x4.mul(v128.load(dy + i), slope), within(place, least, most));
    put(dy + i, d, <i32>((end - i) >> 2));
  }
}

/** A filter of zeros still needs a scale. */
const LEAST: f32 = <f32>(1e-9 / 127);

/** y[n] = the weights [.., filters] as integers -127..127 times the filter's scale, which `scales` [filters] takes */
export function roundFilters(w: usize, y: usize, n: i32, filters: i32, scales: usize): void {
  const row = (<usize>filters) << 2;
  const end = (<usize>n) << 2;
  memory.fill(scales, 0, row);
  for (let i: usize = 0; i < end; i += row) {
    for (let c: usize = 0; c < row; c += 16) {
      const largest = f32x4.max(v128.load(scales + c), f32x4.abs(v128.load(w + i + c)));
      put(scales + c, largest, <i32>((row - c) >> 2));
    }
  }
  for (let c: usize = 0; c < row; c += 16) {
    const scale = f32x4.max(f32x4.div(v128.load(scales + c), f32x4.splat(127)), f32x4.splat(LEAST));
    put(scales + c, scale, <i32>((row - c) >> 2));
  }
  for (let i: usize = 0; i < end; i += row) {
    for (let c: usize = 0; c < row; c += 16) {
      const scale = v128.load(scales + c);
      const q = f32x4.nearest(f32x4.div(v128.load(w + i + c), scale));
      put(y + i + c, f32x4.mul(q, scale), <i32>((row - c) >> 2));
    }
  }
}

/** @file Assembly: the product of two maps of equal shape, and its gradients. */
import { put } from './vector';

/** y[n] = a[n] * b[n] */
export function product(a: usize, b: usize, y: usize, n: i32): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    put(y + i, f32x4.mul(v128.load(a + i), v128.load(b + i)), <i32>((end - i) >> 2));
  }
}

/** da = dy * b and db = dy * a (or += with addA, addB); da may be dy, and either may be 0: not wanted */
export function productBackward(
  a: usize,
  b: usize,
  dy: usize,
  da: usize,
  db: usize,
  n: i32,
  addA: i32,
  addB: i32
): void {
  const end = (<usize>n) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const lanes = <i32>((end - i) >> 2);
    const d = v128.load(dy + i);
    if (db) {
      const v = f32x4.mul(d, v128.load(a + i));
      put(db + i, addB ? f32x4.add(v128.load(db + i), v) : v, lanes);
    }
    if (da) {
      const v = f32x4.mul(d, v128.load(b + i));
      put(da + i, addA ? f32x4.add(v128.load(da + i), v) : v, lanes);
    }
  }
}

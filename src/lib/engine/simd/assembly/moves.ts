/** @file Assembly: kernels that lay numbers out anew, with their adjoints: strips of rows, repeated channels, transposed pixels. */
import { put } from './vector';

/** `rows` strips of n numbers, from one stride to another (in numbers); added to what is there with add. */
export function strips(from: usize, fromStride: i32, to: usize, toStride: i32, n: i32, rows: i32, add: i32): void {
  const nb = (<usize>n) << 2;
  const step = (<usize>fromStride) << 2;
  const stride = (<usize>toStride) << 2;
  for (let r = 0; r < rows; r++) {
    for (let i: usize = 0; i < nb; i += 16) {
      const v = v128.load(from + i);
      put(to + i, add ? f32x4.add(v128.load(to + i), v) : v, <i32>((nb - i) >> 2));
    }
    from += step;
    to += stride;
  }
}

/** y[M,C,m] = x[M,C], m times each */
export function repeat(x: usize, y: usize, n: i32, m: i32): void {
  for (let i = 0; i < n; i++) {
    const v = f32.load(x);
    x += 4;
    for (let j = 0; j < m; j++) {
      f32.store(y, v);
      y += 4;
    }
  }
}

/** dx[n] = sums of m neighbours of dy[n,m], or dx += with add */
export function repeatBackward(dy: usize, dx: usize, n: i32, m: i32, add: i32): void {
  for (let i = 0; i < n; i++) {
    let v: f32 = add ? f32.load(dx) : 0;
    for (let j = 0; j < m; j++) {
      v += f32.load(dy);
      dy += 4;
    }
    f32.store(dx, v);
    dx += 4;
  }
}

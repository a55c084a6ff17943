/** @file Assembly: matrix products, the heart of 1x1 convolutions and dense layers; 6x8 register tile, packed right side. */
import { fma, gather, none, put, spread } from './vector';

/** Packs B[K,N] (or its transpose: w is [N,K]) in panels of 8 columns, zero padded: out[ceil(N/8)][K][8]. */
export function packB(w: usize, K: i32, N: i32, transposed: i32, out: usize): void {
  for (let n0 = 0; n0 < N; n0 += 8) {
    for (let k = 0; k < K; k++) {
      for (let j = 0; j < 8; j++) {
        const n = n0 + j;
        const at = transposed ? n * K + k : k * N + n;
        f32.store(out, n < N ? f32.load(w + (<usize>at << 2)) : 0);
        out += 4;
      }
    }
  }
}

@inline
function emit(c: usize, p: v128, q: v128, lanes: i32): void {
  if (lanes >= 8) {
    v128.store(c, p);
    v128.store(c, q, 16);
  } else {
    put(c, p, lanes);
    put(c + 16, q, lanes - 4);
  }
}

@inline
function onto(c: usize, p: v128): v128 {
  return f32x4.add(p, v128.load(c));
}

/**
 * C[M,N] = A[M,K] * B (packed), or C += with add. Rows past M are clamped to the last one: they compute and store its
 * very values again, which spares the inner loop every branch. Reads of C may reach 16 bytes past its end (padded).
 */
export function gemm(A: usize, B: usize, C: usize, M: i32, K: i32, N: i32, add: i32): void {
  const sA = <usize>K << 2;
  const sC = <usize>N << 2;
  for (let m = 0; m < M; m += 6) {
    const last = min(6, M - m) - 1;
    const a0 = A + <usize>m * sA;
    const a1 = a0 + <usize>min(1, last) * sA;
    const a2 = a0 + <usize>min(2, last) * sA;
    const a3 = a0 + <usize>min(3, last) * sA;
    const a4 = a0 + <usize>min(4, last) * sA;
    const a5 = a0 + <usize>min(5, last) * sA;
    const c0 = C + <usize>m * sC;
    const c1 = c0 + <usize>min(1, last) * sC;
    const c2 = c0 + <usize>min(2, last) * sC;
    const c3 = c0 + <usize>min(3, last) * sC;
    const c4 = c0 + <usize>min(4, last) * sC;
    const c5 = c0 + <usize>min(5, last) * sC;
    let b = B;
    for (let n = 0; n < N; n += 8) {
      let p0 = none(), q0 = none(), p1 = none(), q1 = none(), p2 = none(), q2 = none();
      let p3 = none(), q3 = none(), p4 = none(), q4 = none(), p5 = none(), q5 = none();
      for (let k: usize = 0; k < sA; k += 4) {
        const x = v128.load(b), y = v128.load(b, 16);
        b += 32;
        let s = spread(a0 + k);
        p0 = fma(s, x, p0); q0 = fma(s, y, q0);
        s = spread(a1 + k);
        p1 = fma(s, x, p1); q1 = fma(s, y, q1);
        s = spread(a2 + k);
        p2 = fma(s, x, p2); q2 = fma(s, y, q2);
        s = spread(a3 + k);
        p3 = fma(s, x, p3); q3 = fma(s, y, q3);
        s = spread(a4 + k);
        p4 = fma(s, x, p4); q4 = fma(s, y, q4);
        s = spread(a5 + k);
        p5 = fma(s, x, p5); q5 = fma(s, y, q5);
      }
      const o = <usize>n << 2;
      if (add) {
        p0 = onto(c0 + o, p0); q0 = onto(c0 + o + 16, q0);
        p1 = onto(c1 + o, p1); q1 = onto(c1 + o + 16, q1);
        p2 = onto(c2 + o, p2); q2 = onto(c2 + o + 16, q2);
        p3 = onto(c3 + o, p3); q3 = onto(c3 + o + 16, q3);
        p4 = onto(c4 + o, p4); q4 = onto(c4 + o + 16, q4);
        p5 = onto(c5 + o, p5); q5 = onto(c5 + o + 16, q5);
      }
      const lanes = N - n;
      emit(c5 + o, p5, q5, lanes);
      emit(c4 + o, p4, q4, lanes);
      emit(c3 + o, p3, q3, lanes);
      emit(c2 + o, p2, q2, lanes);
      emit(c1 + o, p1, q1, lanes);
      emit(c0 + o, p0, q0, lanes);
    }
  }
}

@inline
function collect(c: usize, p: v128, q: v128, lanes: i32): void {
  if (lanes >= 8) {
    gather(c, p);
    gather(c + 16, q);
  } else {
    put(c, f32x4.add(p, v128.load(c)), lanes);
    put(c + 16, f32x4.add(q, v128.load(c, 16)), lanes - 4);
  }
}

/** out[K,N] += A[M,K]^T * D[M,N]: the weight gradient; 128 rows at a time stay in the near caches. */
export function gemmTN(A: usize, D: usize, out: usize, M: i32, K: i32, N: i32): void {
  const sA = <usize>K << 2;
  const sD = <usize>N << 2;
  for (let m0 = 0; m0 < M; m0 += 128) {
    const rows = <usize>(min(M, m0 + 128) - m0);
    const A0 = A + <usize>m0 * sA;
    const D0 = D + <usize>m0 * sD;
    const D1 = D0 + rows * sD;
    for (let k = 0; k < K; k += 6) {
      const last = min(6, K - k) - 1;
      const o1 = <usize>min(1, last) << 2;
      const o2 = <usize>min(2, last) << 2;
      const o3 = <usize>min(3, last) << 2;
      const o4 = <usize>min(4, last) << 2;
      const o5 = <usize>min(5, last) << 2;
      for (let n = 0; n < N; n += 8) {
        let p0 = none(), q0 = none(), p1 = none(), q1 = none(), p2 = none(), q2 = none();
        let p3 = none(), q3 = none(), p4 = none(), q4 = none(), p5 = none(), q5 = none();
        let a = A0 + (<usize>k << 2);
        const end = D1 + (<usize>n << 2);
        for (let d = D0 + (<usize>n << 2); d < end; d += sD) {
          const x = v128.load(d), y = v128.load(d, 16);
          let s = spread(a);
          p0 = fma(s, x, p0); q0 = fma(s, y, q0);
          s = spread(a + o1);
          p1 = fma(s, x, p1); q1 = fma(s, y, q1);
          s = spread(a + o2);
          p2 = fma(s, x, p2); q2 = fma(s, y, q2);
          s = spread(a + o3);
          p3 = fma(s, x, p3); q3 = fma(s, y, q3);
          s = spread(a + o4);
          p4 = fma(s, x, p4); q4 = fma(s, y, q4);
          s = spread(a + o5);
          p5 = fma(s, x, p5); q5 = fma(s, y, q5);
          a += sA;
        }
        const c = out + <usize>k * sD + (<usize>n << 2);
        const lanes = N - n;
        collect(c, p0, q0, lanes);
        if (last > 0) collect(c + sD, p1, q1, lanes);
        if (last > 1) collect(c + 2 * sD, p2, q2, lanes);
        if (last > 2) collect(c + 3 * sD, p3, q3, lanes);
        if (last > 3) collect(c + 4 * sD, p4, q4, lanes);
        if (last > 4) collect(c + 5 * sD, p5, q5, lanes);
      }
    }
  }
}

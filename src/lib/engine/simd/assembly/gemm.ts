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
 * Of the tiles that fit the 16 registers this one leaves the compiler room, and the pointers move so that none is made anew.
 */
export function gemm(A: usize, B: usize, C: usize, M: i32, K: i32, N: i32, add: i32): void {
  const sA = <usize>K << 2;
  const sC = <usize>N << 2;
  for (let m = 0; m < M; m += 4) {
    const last = min(4, M - m) - 1;
    const a0 = A + <usize>m * sA;
    const a1 = a0 + <usize>min(1, last) * sA;
    const a2 = a0 + <usize>min(2, last) * sA;
    const a3 = a0 + <usize>last * sA;
    const end = a0 + sA;
    let c0 = C + <usize>m * sC;
    let c1 = c0 + <usize>min(1, last) * sC;
    let c2 = c0 + <usize>min(2, last) * sC;
    let c3 = c0 + <usize>last * sC;
    let b = B;
    for (let lanes = N; lanes > 0; lanes -= 8) {
      let p0 = none(), q0 = none(), p1 = none(), q1 = none(), p2 = none(), q2 = none(), p3 = none(), q3 = none();
      let r0 = a0, r1 = a1, r2 = a2, r3 = a3;
      for (; r0 < end; r0 += 4) {
        const x = v128.load(b), y = v128.load(b, 16);
        let s = spread(r0);
        p0 = fma(s, x, p0); q0 = fma(s, y, q0);
        s = spread(r1);
        p1 = fma(s, x, p1); q1 = fma(s, y, q1);
        s = spread(r2);
        p2 = fma(s, x, p2); q2 = fma(s, y, q2);
        s = spread(r3);
        p3 = fma(s, x, p3); q3 = fma(s, y, q3);
        b += 32; r1 += 4; r2 += 4; r3 += 4;
      }
      if (add) {
        p0 = onto(c0, p0); q0 = onto(c0 + 16, q0);
        p1 = onto(c1, p1); q1 = onto(c1 + 16, q1);
        p2 = onto(c2, p2); q2 = onto(c2 + 16, q2);
        p3 = onto(c3, p3); q3 = onto(c3 + 16, q3);
      }
      emit(c3, p3, q3, lanes);
      emit(c2, p2, q2, lanes);
      emit(c1, p1, q1, lanes);
      emit(c0, p0, q0, lanes);
      c0 += 32; c1 += 32; c2 += 32; c3 += 32;
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

/**
 * out[K,N] += A[M,K]^T * D[M,N]: the weight gradient; 128 rows at a time stay in the near caches. Columns past K are
 * computed from what lies there and not stored.
 */
export function gemmTN(A: usize, D: usize, out: usize, M: i32, K: i32, N: i32): void {
  const sA = <usize>K << 2;
  const sD = <usize>N << 2;
  for (let m0 = 0; m0 < M; m0 += 128) {
    const rows = <usize>(min(M, m0 + 128) - m0);
    const A0 = A + <usize>m0 * sA;
    const D0 = D + <usize>m0 * sD;
    const D1 = D0 + rows * sD;
    for (let k = 0; k < K; k += 4) {
      for (let n = 0; n < N; n += 8) {
        let p0 = none(), q0 = none(), p1 = none(), q1 = none(), p2 = none(), q2 = none(), p3 = none(), q3 = none();
        let a = A0 + (<usize>k << 2);
        const end = D1 + (<usize>n << 2);
        for (let d = D0 + (<usize>n << 2); d < end; d += sD) {
          const x = v128.load(d), y = v128.load(d, 16);
          let s = v128.load32_splat(a);
          p0 = fma(s, x, p0); q0 = fma(s, y, q0);
          s = v128.load32_splat(a, 4);
          p1 = fma(s, x, p1); q1 = fma(s, y, q1);
          s = v128.load32_splat(a, 8);
          p2 = fma(s, x, p2); q2 = fma(s, y, q2);
          s = v128.load32_splat(a, 12);
          p3 = fma(s, x, p3); q3 = fma(s, y, q3);
          a += sA;
        }
        const c = out + <usize>k * sD + (<usize>n << 2);
        const lanes = N - n;
        collect(c, p0, q0, lanes);
        if (k + 1 < K) collect(c + sD, p1, q1, lanes);
        if (k + 2 < K) collect(c + 2 * sD, p2, q2, lanes);
        if (k + 3 < K) collect(c + 3 * sD, p3, q3, lanes);
      }
    }
  }
}

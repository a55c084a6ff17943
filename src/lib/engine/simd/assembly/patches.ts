/** @file Assembly: full convolutions as matrix products: patches out of a map and their adjoint. */
import { none } from './vector';

/** Whole vectors, since runs are short and what is written past one is written again by the next. */
@inline
function copyRun(from: usize, out: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(from + i));
}

@inline
function emptyRun(out: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, none());
}

/** Patches of x[B,H,W,C], taps d apart: out[B*Ho*Wo][k*k*C] and up to three numbers more, zeros outside the map. */
export function im2col(
  x: usize,
  out: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  k: i32,
  s: i32,
  top: i32,
  left: i32,
  Ho: i32,
  Wo: i32,
  d: i32
): void {
  const cb = (<usize>C) << 2;
  const run = cb * <usize>k;
  const down = <usize>(d * W) * cb;
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      const above = oy * s - top;
      const within = above >= 0 && above + (k - 1) * d < H;
      for (let ox = 0; ox < Wo; ox++) {
        const first = ox * s - left;
        let from = x + <usize>((b * H + above) * W + first) * cb;
        // neighbouring taps inside the map lie side by side there, too: one run a line
        const whole = d == 1 && first >= 0 && first + k <= W;
        if (whole && within) {
          for (let i = 0; i < k; i++) {
            copyRun(from, out, run);
            from += down;
            out += run;
          }
          continue;
        }
        for (let y = above, end = above + k * d; y < end; y += d) {
          if (<u32>y >= <u32>H) {
            emptyRun(out, run);
            out += run;
          } else {
            for (let z = first, last = first + k * d; z < last; z += d) {
              if (<u32>z < <u32>W) copyRun(x + <usize>((b * H + y) * W + z) * cb, out, cb);
              else emptyRun(out, cb);
              out += cb;
            }
          }
        }
      }
    }
  }
}

/** Adjoint of im2col: adds every patch back to dx, which the caller has zeroed or wants added to. */
export function col2im(
  col: usize,
  dx: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  k: i32,
  s: i32,
  top: i32,
  left: i32,
  Ho: i32,
  Wo: i32,
  d: i32
): void {
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let ox = 0; ox < Wo; ox++) {
        for (let i = 0; i < k; i++) {
          const y = oy * s + i * d - top;
          for (let j = 0; j < k; j++) {
            const z = ox * s + j * d - left;
            if (<u32>y < <u32>H && <u32>z < <u32>W) {
              const to = dx + ((<usize>(((b * H + y) * W + z) * C)) << 2);
              for (let c = 0; c < C; c++) {
                const o = (<usize>c) << 2;
                f32.store(to + o, f32.load(to + o) + f32.load(col + o));
              }
            }
            col += (<usize>C) << 2;
          }
        }
      }
    }
  }
}

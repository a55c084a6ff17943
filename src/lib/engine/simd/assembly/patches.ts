/** @file Assembly: full convolutions as matrix products: patches out of a map and their adjoint. */
import { put } from './vector';

@inline
function copyRun(from: usize, out: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) put(out + i, v128.load(from + i), <i32>((bytes - i) >> 2));
}

/** Patches of x[B,H,W,C], taps d apart: out[B*Ho*Wo][k*k*C], zeros outside the map. */
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
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let ox = 0; ox < Wo; ox++) {
        const first = ox * s - left;
        // neighbouring taps inside the map lie side by side there, too: one run a line
        const whole = d == 1 && first >= 0 && first + k <= W;
        for (let i = 0; i < k; i++) {
          const y = oy * s + i * d - top;
          const line = (b * H + y) * W;
          if (<u32>y >= <u32>H) {
            memory.fill(out, 0, run);
            out += run;
          } else if (whole) {
            copyRun(x + <usize>(line + first) * cb, out, run);
            out += run;
          } else {
            for (let j = 0; j < k; j++) {
              const z = first + j * d;
              if (<u32>z < <u32>W) copyRun(x + <usize>(line + z) * cb, out, cb);
              else memory.fill(out, 0, cb);
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

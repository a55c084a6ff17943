/** @file Assembly: full convolutions as matrix products: patches out of a map and their adjoint. */

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
  for (let b = 0; b < B; b++) {
    for (let oy = 0; oy < Ho; oy++) {
      for (let ox = 0; ox < Wo; ox++) {
        for (let i = 0; i < k; i++) {
          const y = oy * s + i * d - top;
          for (let j = 0; j < k; j++) {
            const z = ox * s + j * d - left;
            const inside = <u32>y < <u32>H && <u32>z < <u32>W;
            const from = x + ((<usize>(((b * H + y) * W + z) * C)) << 2);
            for (let c = 0; c < C; c++) {
              f32.store(out, inside ? f32.load(from + ((<usize>c) << 2)) : 0);
              out += 4;
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

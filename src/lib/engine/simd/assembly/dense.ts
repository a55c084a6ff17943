/** @file Assembly: bias of layers without a norm, with the activations that need no exponential, and its gradient. */
import { activate, deactivate } from './activation';
import { put } from './vector';

/** z[M,N] += bias; y = act(z) */
export function biasAct(z: usize, bias: usize, y: usize, M: i32, N: i32, act: i32): void {
  const nb = (<usize>N) << 2;
  for (let m = 0; m < M; m++) {
    for (let n: usize = 0; n < nb; n += 16) {
      const lanes = <i32>((nb - n) >> 2);
      const v = f32x4.add(v128.load(z + n), v128.load(bias + n));
      put(z + n, v, lanes);
      put(y + n, activate(v, act), lanes);
    }
    z += nb;
    y += nb;
  }
}

/** dy becomes dz = dy * act'(z); db[N] += its column sums */
export function biasActBackward(z: usize, dy: usize, db: usize, M: i32, N: i32, act: i32): void {
  const nb = (<usize>N) << 2;
  for (let m = 0; m < M; m++) {
    for (let n: usize = 0; n < nb; n += 16) {
      const lanes = <i32>((nb - n) >> 2);
      const d = deactivate(v128.load(z + n), v128.load(dy + n), act);
      put(dy + n, d, lanes);
      put(db + n, f32x4.add(v128.load(db + n), d), lanes);
    }
    z += nb;
    dy += nb;
  }
}

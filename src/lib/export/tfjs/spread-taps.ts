/** @file Step 8, export: a dilated filter as a plain one with zeros between its taps, for runtimes that dilate at stride 1 only. */
import type { Tensor } from '$lib/weights/checkpoint';

/** [k, k, a, b] → [(k - 1) · dilation + 1, the same, a, b]. */
export function spreadTaps({ shape, data }: Tensor, dilation: number): Tensor {
  const [kernel = 1, , a = 1, b = 1] = shape;
  const span = (kernel - 1) * dilation + 1;
  const out = new Float32Array(span * span * a * b);
  for (let y = 0; y < kernel; y++)
    for (let x = 0; x < kernel; x++) {
      const from = (y * kernel + x) * a * b;
      out.set(data.subarray(from, from + a * b), (y * span + x) * dilation * a * b);
    }
  return { shape: [span, span, a, b], data: out };
}

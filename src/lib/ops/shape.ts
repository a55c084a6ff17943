/** @file Step 2, shapes: output sizes and zero padding of one windowed op. */
import type { Padding } from '$lib/arch/architecture';
import type { Pad } from './op';

/** Output pixels of an odd kernel: ceil(size / stride) under both paddings. */
export function outSize(size: number, stride: number): number {
  return Math.ceil(size / stride);
}

/** Zeros before the first and after the last pixel that the windows really touch. */
function padOf(size: number, kernel: number, stride: number, padding: Padding): readonly [number, number] {
  const total = Math.max(0, (outSize(size, stride) - 1) * stride + kernel - size);
  // TensorFlow puts the odd zero last; PyTorch always starts kernel // 2 before the picture.
  const before = padding === 'same' ? total >> 1 : kernel >> 1;
  return [before, Math.max(0, total - before)];
}

/** Padding of a kernel x kernel window on a height x width map. */
export function padding2d(map: readonly number[], kernel: number, stride: number, padding: Padding): Pad {
  const [top, bottom] = padOf(map[0] ?? 0, kernel, stride, padding);
  const [left, right] = padOf(map[1] ?? 0, kernel, stride, padding);
  return [top, bottom, left, right];
}

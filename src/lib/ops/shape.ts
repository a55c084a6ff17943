/** @file Step 2, shapes: output sizes and zero padding of one windowed op. */
import type { Padding, Shape } from '$lib/arch/architecture';
import type { Pad } from './op';

/** A window's kernel, stride and dilation. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Pixels a dilated kernel spans. */
const span = ({ kernel, dilation }: Window): number => (kernel - 1) * dilation + 1;

/** Output pixels: ceil(size / stride) with padding (both kinds agree for odd spans), whole windows only without. */
export function outSize(size: number, window: Window, padding: Padding): number {
  if (padding !== 'valid') return Math.ceil(size / window.stride);
  return Math.max(0, Math.floor((size - span(window)) / window.stride) + 1);
}

/** Zeros before the first and after the last pixel that the windows really touch. */
function padOf(size: number, window: Window, padding: Padding): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  const taps = span(window);
  const total = Math.max(0, (outSize(size, window, padding) - 1) * window.stride + taps - size);
  // TensorFlow puts the odd zero last; PyTorch always starts half a kernel before the picture.
  const before = padding === 'same' ? total >> 1 : taps >> 1;
  return [before, Math.max(0, total - before)];
}

const none: Pad = [0, 0, 0, 0];

/** Padding of a window on a height x width map. */
export function padding2d(map: Shape, window: Window, padding: Padding): Pad {
  if (window.kernel === 1) return none;
  const [top, bottom] = padOf(map[0], window, padding);
  const [left, right] = padOf(map[1], window, padding);
  return [top, bottom, left, right];
}

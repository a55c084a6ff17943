/** @file The convolution and pooling gradients the wasm backend lacks, composed of kernels it has: slow, exact, needed to train there. */
import {
  backend_util,
  depthwiseConv2d,
  fill,
  getKernel,
  matMul,
  mul,
  pad,
  registerKernel,
  reshape,
  reverse,
  slice,
  stack,
  stridedSlice,
  sum,
  tidy,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor2D,
  type Tensor4D
} from '@tensorflow/tfjs';
import { spread } from './spread';

type Size4 = [number, number, number, number];
type Padding = 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];

/** Attributes of the gradient kernels, as tfjs-core passes them. */
interface GradientAttrs {
  readonly strides: [number, number] | number;
  readonly pad: Padding;
  readonly filterShape: Size4;
  readonly inputShape: Size4;
}

/** Attributes of average pooling. */
interface PoolAttrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: Padding;
}

type ConvInfo = backend_util.Conv2DInfo;

const infoOf = (input: Size4, filter: Size4, attrs: GradientAttrs, depthwise: boolean): ConvInfo =>
  backend_util.computeConv2DInfo(input, filter, attrs.strides, 1, attrs.pad, undefined, depthwise);

function padded(x: Tensor4D, info: ConvInfo): Tensor4D {
  const { top, bottom, left, right } = info.padInfo;
  if (top + bottom + left + right === 0) return x;
  return pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0]
  ]);
}

/** The inputs one filter tap has met, [batch, outHeight, outWidth, channels]. */
function tapOf(x: Tensor4D, info: ConvInfo, [row, column]: readonly [number, number]): Tensor4D {
  const { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth } = info;
  if (filterHeight * filterWidth === 1 && strideHeight * strideWidth === 1) return x;
  const height = (outHeight - 1) * strideHeight + 1;
  const width = (outWidth - 1) * strideWidth + 1;
  const window = slice(x, [0, row, column, 0], [batchSize, height, width, inChannels]);
  if (strideHeight * strideWidth === 1) return window;
  const end = [batchSize, height, width, inChannels];
  return stridedSlice(window, [0, 0, 0, 0], end, [1, strideHeight, strideWidth, 1]) as Tensor4D;
}

function overTaps<T>(info: ConvInfo, visit: (tap: readonly [number, number]) => T): T[] {
  const taps: T[] = [];
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) taps.push(visit([row, column]));
  }
  return taps;
}

function conv2dFilter(x: Tensor4D, dy: Tensor4D, attrs: GradientAttrs): Tensor4D {
  const info = infoOf(x.shape, attrs.filterShape, attrs, false);
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const wide = padded(x, info);
  const gradient: Tensor2D = reshape(dy, [pixels, info.outChannels]);
  const taps = overTaps(info, (tap) =>
    matMul(reshape(tapOf(wide, info, tap), [pixels, info.inChannels]), gradient, true, false)
  );
  return reshape(stack(taps), attrs.filterShape);
}

function depthwiseFilter(x: Tensor4D, dy: Tensor4D, attrs: GradientAttrs): Tensor4D {
  const info = infoOf(x.shape, attrs.filterShape, attrs, true);
  const wide = padded(x, info);
  const [, , channels, multiplier] = attrs.filterShape;
  const rows = dy.size / channels / multiplier;
  const gradient = reshape(dy, [rows, channels, multiplier]);
  const taps = overTaps(info, (tap) => sum(mul(reshape(tapOf(wide, info, tap), [rows, channels, 1]), gradient), 0));
  return reshape(stack(taps), attrs.filterShape);
}

/** Adds zeros to (or cuts, when negative) the end of the two spatial axes, and adds zeros to their start. */
function fit(x: Tensor4D, start: readonly [number, number], end: readonly [number, number]): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const cut = slice(x, [0, 0, 0, 0], [batch, height + Math.min(0, end[0]), width + Math.min(0, end[1]), channels]);
  return pad(cut, [
    [0, 0],
    [start[0], Math.max(0, end[0])],
    [start[1], Math.max(0, end[1])],
    [0, 0]
  ]);
}

function depthwiseInput(dy: Tensor4D, filter: Tensor4D, attrs: GradientAttrs): Tensor4D {
  const info = infoOf(attrs.inputShape, filter.shape, attrs, true);
  const spaced = spread(spread(dy, 2, info.strideWidth), 1, info.strideHeight);
  const { top, left } = info.padInfo;
  const start = [info.filterHeight - 1 - top, info.filterWidth - 1 - left] as const;
  const end = [info.inHeight + top - spaced.shape[1], info.inWidth + left - spaced.shape[2]] as const;
  const [kernelHeight, kernelWidth, channels, multiplier] = filter.shape;
  const turned: Tensor4D = reshape(reverse(filter, [0, 1]), [kernelHeight, kernelWidth, channels * multiplier, 1]);
  const each = depthwiseConv2d(fit(spaced, start, end), turned, 1, 'valid');
  if (multiplier === 1) return each;
  return reshape(sum(reshape(each, [each.size / channels / multiplier, channels, multiplier]), 2), attrs.inputShape);
}

/** Every input of a window gets its equal share of the window's gradient. */
function averagePoolInput(dy: Tensor4D, x: Tensor4D, attrs: PoolAttrs): Tensor4D {
  const [height, width] =
    typeof attrs.filterSize === 'number' ? [attrs.filterSize, attrs.filterSize] : attrs.filterSize;
  const filterShape: Size4 = [height, width, x.shape[3], 1];
  const share: Tensor4D = fill(filterShape, 1 / (height * width));
  return depthwiseInput(dy, share, { strides: attrs.strides, pad: attrs.pad, filterShape, inputShape: x.shape });
}

/** A kernel's function as tfjs calls it; the tensors and attributes are those of the named kernel. */
interface Call {
  readonly inputs: NamedTensorInfoMap;
  readonly attrs?: NamedAttrMap;
}

const register = (kernelName: string, gradient: (call: Call) => Tensor4D): void => {
  // The typings hide that a missing kernel gives undefined.
  if ((getKernel(kernelName, 'wasm') as unknown) !== undefined) return;
  registerKernel({ kernelName, backendName: 'wasm', kernelFunc: (call) => tidy(() => gradient(call)) });
};

const attrsOf = (call: Call): GradientAttrs => call.attrs as unknown as GradientAttrs;
const input = (call: Call, name: string): Tensor4D => call.inputs[name] as Tensor4D;

/** Registers Conv2DBackpropFilter, both depthwise gradients and that of average pooling for wasm; kernels already there are left alone. */
export function registerWasmGradients(): void {
  register('Conv2DBackpropFilter', (call) => conv2dFilter(input(call, 'x'), input(call, 'dy'), attrsOf(call)));
  register('DepthwiseConv2dNativeBackpropFilter', (call) =>
    depthwiseFilter(input(call, 'x'), input(call, 'dy'), attrsOf(call))
  );
  register('DepthwiseConv2dNativeBackpropInput', (call) =>
    depthwiseInput(input(call, 'dy'), input(call, 'filter'), attrsOf(call))
  );
  register('AvgPoolGrad', (call) =>
    averagePoolInput(input(call, 'dy'), input(call, 'input'), call.attrs as unknown as PoolAttrs)
  );
}

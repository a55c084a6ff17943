/** @file Import: ONNX resizing as the neutral graph's: linear, with the size it comes to. */
import { m } from '$paraglide/messages';
import type { ResizeNode } from '../graph/graph';
import type { MapRule, NodeView } from './node';
import { channelsFirst } from './view';

/** How ONNX names where the centres of pixels lie. */
const centres: Readonly<Record<string, ResizeNode['centres']>> = {
  half_pixel: 'halfPixel',
  pytorch_half_pixel: 'halfPixel',
  asymmetric: 'corner',
  align_corners: 'alignedCorners'
};

/** The four sides asked for, where a node lists all or (from version 18 on) only those of some axes. */
function spread(node: NodeView, given: readonly number[], old: readonly number[]): readonly number[] {
  const axes = node.ints('axes')?.map((axis) => node.axis(axis, 4)) ?? [0, 1, 2, 3];
  if (given.length !== axes.length) node.refuse(m.onnx_count({ want: axes.length }));
  return old.map((side, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? side : (given[at] ?? 0);
  });
}

/** The sides after resizing by factors: rounded down in single precision, as runtimes do. */
function scaled(node: NodeView, index: number, dims: readonly number[]): readonly number[] {
  const factors = node.constant(index).data;
  const whole = spread(node, Array.from(factors), [1, 1, 1, 1]);
  return dims.map((side, axis) => {
    const exact = Math.fround(Math.fround(whole[axis] ?? 0) * side);
    const size = Math.floor(exact);
    // A factor between two sizes reads other places than the sizes say.
    if (Math.abs(exact - size) > 1e-4 * side) node.refuseOption('scales', whole.join());
    return size;
  });
}

/** Bilinear resizing to constant sizes. */
export const resize: MapRule = (node) => {
  const from = node.map(0);
  const dims = node.dims(0);
  const old = node.opset < 11;
  const mode = node.text('mode', 'nearest');
  const transform = old ? 'asymmetric' : node.text('coordinate_transformation_mode', 'half_pixel');
  const where = centres[transform];
  const sized = !old && node.has(3);
  if (mode !== 'linear') node.refuseOption('mode', mode);
  if (!where) return node.refuseOption('coordinate_transformation_mode', transform);
  if (node.int('antialias', 0) !== 0) node.refuseOption('antialias', 1);
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') node.refuseOption('keep_aspect_ratio_policy', policy);
  const [batch, channels, height = 0, width = 0] = sized
    ? spread(node, node.wholes(3), dims)
    : scaled(node, old ? 1 : 2, dims);
  if (batch !== dims[0] || channels !== dims[1]) node.refuse(m.onnx_sizes());
  // PyTorch's rule for a side of one pixel is another one.
  const single = [height, width].some((side, axis) => side === 1 && (from.shape[axis] ?? 1) > 1);
  if (transform === 'pytorch_half_pixel' && single) node.refuseOption('coordinate_transformation_mode', transform);
  return channelsFirst(node.builder.resize(node.name, from, { size: [height, width], centres: where }));
};

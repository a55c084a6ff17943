/** @file Step 8, export: one rule for each kind of node of the graph: which ONNX operators say it. */
import type { ConcatNode, ResizeNode, TransposedConvNode } from '$lib/import/graph/graph';
import {
  matchNode,
  shapeAt,
  type ExportNode,
  type NodeRules,
  type NormNode,
  type ReshapeNode,
  type Shapes
} from '../graph';
import { inputThenFilter } from '../turn';
import { activation, withActivation } from './activation';
import type { OnnxAssembly } from './assembly';
import { convolution, dense, nameOf } from './products';

function norm(file: OnnxAssembly, { name, inputs, gamma, beta, mean, variance, epsilon, momentum }: NormNode): void {
  const statistics = { gamma, beta, mean, variance };
  const constants = Object.entries(statistics).map(([role, data]) => file.floats(`${name}.${role}`, data));
  const from = [nameOf(inputs[0] ?? ''), ...constants];
  file.node('BatchNormalization', {
    from,
    to: name,
    with: { epsilon: { float: epsilon }, momentum: { float: momentum } }
  });
}

function transposedConv(file: OnnxAssembly, node: TransposedConvNode, to: string): void {
  const [height = 1, width = 1, inside = 1, out = 1] = node.weight.shape;
  const turned = inputThenFilter(node.weight.data, { taps: height * width, inside, out });
  const from = [nameOf(node.inputs[0] ?? ''), file.weight(`${node.name}.weight`, [inside, out, height, width], turned)];
  if (node.bias) from.push(file.floats(`${node.name}.bias`, node.bias));
  file.node('ConvTranspose', {
    from,
    to,
    with: { kernel_shape: { ints: [height, width] }, strides: { ints: [...node.stride] } }
  });
}

/** The float32 by which `from` pixels become at least `to`: runtimes multiply and round down. */
function ratio(from: number, to: number): number {
  const nearest = Math.fround(to / from);
  return nearest * from >= to ? nearest : Math.fround(nearest * (1 + 2 ** -23));
}

function resize(file: OnnxAssembly, { name, inputs, out }: ResizeNode, shapes: Shapes): void {
  const [from = ''] = inputs;
  const [height = 1, width = 1] = shapeAt(shapes, from);
  const scales = Float32Array.of(1, 1, ratio(height, out[0] ?? 1), ratio(width, out[1] ?? 1));
  const region = file.floats(`${name}.region`, new Float32Array());
  const how = { mode: { text: 'linear' }, coordinate_transformation_mode: { text: 'half_pixel' } };
  file.node('Resize', { from: [nameOf(from), region, file.floats(`${name}.scales`, scales)], to: name, with: how });
}

/** A vector from a 1x1 map; rows from a map, whose channels must first come last again. */
function reshape(file: OnnxAssembly, { name, inputs, out }: ReshapeNode, shapes: Shapes): void {
  const [from = ''] = inputs;
  if (out.length === 1) {
    file.node('Flatten', { from: [nameOf(from)], to: name, with: { axis: { int: 1 } } });
    return;
  }
  let source = nameOf(from);
  if (shapeAt(shapes, from).length === 3) {
    source = file.node('Transpose', { from: [source], to: `${name}.last`, with: { perm: { ints: [0, 2, 3, 1] } } });
  }
  file.node('Reshape', { from: [source, file.sizes(`${name}.sizes`, [0, ...out])], to: name });
}

function concat(file: OnnxAssembly, { name, inputs, axis, out }: ConcatNode): void {
  const rows = axis === -1 ? 2 : axis + 1;
  file.node('Concat', { from: inputs.map(nameOf), to: name, with: { axis: { int: out.length === 3 ? 1 : rows } } });
}

/** Appends the operators of one node. */
export function writeNode(file: OnnxAssembly, shapes: Shapes, one: ExportNode): void {
  const from = nameOf(one.inputs[0] ?? '');
  const all = one.inputs.map(nameOf);
  const rules: NodeRules<void> = {
    conv: (node) => withActivation(file, { to: node.name, nl: node.nl }, (to) => convolution(file, node, to)),
    depthwise: (node) => withActivation(file, { to: node.name, nl: node.nl }, (to) => convolution(file, node, to)),
    transposedConv: (node) =>
      withActivation(file, { to: node.name, nl: node.nl }, (to) => transposedConv(file, node, to)),
    dense: (node) => withActivation(file, { to: node.name, nl: node.nl }, (to) => dense(file, node, to)),
    norm: (node) => norm(file, node),
    activation: ({ name: to, nl }) => activation(file, from, { to, nl }),
    add: ({ name: to }) => {
      file.node('Add', { from: all, to });
    },
    multiply: ({ name: to }) => {
      // The gates first: OpenCV's importer spreads the second operand only.
      file.node('Mul', { from: all.toReversed(), to });
    },
    averagePool: ({ name: to, inputs, window, stride }) => {
      const [height, width] = shapeAt(shapes, inputs[0] ?? '');
      const how = { kernel_shape: { ints: [...window] }, strides: { ints: [...stride] } };
      if (window[0] === height && window[1] === width) file.node('GlobalAveragePool', { from: [from], to });
      else file.node('AveragePool', { from: [from], to, with: how });
    },
    resize: (node) => resize(file, node, shapes),
    reshape: (node) => reshape(file, node, shapes),
    concat: (node) => concat(file, node)
  };
  matchNode(one, rules);
}

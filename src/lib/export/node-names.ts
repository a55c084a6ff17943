/** @file Step 8, export: which nodes of an ONNX or TensorFlow Lite file each op of the table became, by their names there. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Tensors } from '$lib/weights/checkpoint';
import { usualOnnx } from './choice';
import { deploy } from './deploy';
import { shapesOf } from './graph';
import type { NodeKeys } from './model-explorer';
import { OnnxAssembly } from './onnx/assembly';
import { writeNode } from './onnx/nodes';
import { lowerLite } from './tflite/lower';

/** A node by its name in the file, and whether it only makes numbers ready for another. */
interface NamedNode {
  readonly name: string;
  readonly prepares: boolean;
}

/** Operators that move or shape numbers and compute none. */
const preparing = new Set(['Cast', 'Constant', 'Flatten', 'Pad', 'Reshape', 'Transpose', 'pad', 'reshape']);

/** Gives each node to the op whose id its name is, or begins with; nodes that compute come first. */
function byOp(arch: Architecture, nodes: readonly NamedNode[]): NodeKeys {
  const ids = new Set(lower(arch).map(({ id }) => id));
  const keys: Record<string, string[]> = {};
  const take = (wanted: readonly NamedNode[]): void => {
    for (const { name } of wanted) {
      let id = name;
      while (id !== '' && !ids.has(id)) id = id.slice(0, Math.max(0, id.lastIndexOf('.')));
      if (id !== '') (keys[id] ??= []).push(name);
    }
  };
  take(nodes.filter(({ prepares }) => !prepares));
  take(nodes.filter(({ prepares }) => prepares));
  return keys;
}

/** Nodes of the ONNX file written unless another opset is asked for, norms folded: each has the name of its first output. */
export function onnxNodeKeys(arch: Architecture, tensors: Tensors): NodeKeys {
  const graph = deploy(arch, tensors, { foldNorms: usualOnnx.foldNorms });
  const file = new OnnxAssembly(usualOnnx.opset, 'float32');
  const shapes = shapesOf(graph);
  for (const node of graph.nodes) writeNode(file, shapes, node);
  const nodes = file.nodes.map(({ outputs: [name = ''], operator }) => ({ name, prepares: preparing.has(operator) }));
  return byOp(arch, nodes);
}

/** Output tensors of the operators of a TensorFlow Lite file in floats. */
export function liteNodeKeys(arch: Architecture, tensors: Tensors): NodeKeys {
  const { nodes } = lowerLite(deploy(arch, tensors, { foldNorms: true }), { hardSwish: 'native' });
  return byOp(
    arch,
    nodes.map(({ name, kind }) => ({ name, prepares: preparing.has(kind) }))
  );
}

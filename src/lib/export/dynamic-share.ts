/** @file Step 8, export: how many weights of a file with dynamic 8 bits are integers, and which kinds stay floats. */
import { formatCount, formatPart } from '$lib/base/format';
import { m } from '$paraglide/messages';
import type { Weighted } from './tflite/lite-graph';

type Kind = Weighted['kind'];
const kinds: readonly string[] = ['conv', 'depthwise', 'dense', 'transposedConv'] satisfies readonly Kind[];

/** Weights, biases not among them. */
export interface DynamicShare {
  readonly integers: number;
  readonly all: number;
  /** Kinds of layers whose weights are floats, those there are. */
  readonly floats: readonly Kind[];
}

interface AnyNode {
  readonly kind: string;
}
const isWeighted = (node: AnyNode): node is { readonly kind: Kind; readonly weight: { readonly data: Float32Array } } =>
  kinds.includes(node.kind);

/** Counts the nodes of a graph by what its writer does with each kind. */
export function dynamicShare(
  { nodes }: { readonly nodes: readonly AnyNode[] },
  isInteger: (node: { readonly kind: Kind }) => boolean
): DynamicShare {
  let [integers, all] = [0, 0];
  const floats = new Set<Kind>();
  for (const node of nodes) {
    if (!isWeighted(node)) continue;
    const count = node.weight.data.length;
    all += count;
    if (isInteger(node)) integers += count;
    else floats.add(node.kind);
  }
  return { integers, all, floats: [...floats] };
}

const names: Readonly<Record<Kind, () => string>> = {
  conv: m.quantized_kind_conv,
  depthwise: m.quantized_kind_depthwise,
  dense: m.quantized_kind_dense,
  transposedConv: m.quantized_kind_transposed
};

/** The share in words. */
export function dynamicNote({ integers, all, floats }: DynamicShare): string {
  const counts = { integers: formatCount(integers), all: formatCount(all), share: formatPart(integers, all) };
  if (floats.length === 0) return m.quantized_share_all(counts);
  return m.quantized_share_some({ ...counts, kinds: floats.map((kind) => names[kind]()).join(', ') });
}

/** @file Import: a table keeps its batch norms apart where the file does, for every convolution that has a norm in a table. */
import type { Architecture, Norm } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Tensor } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Graph, Imported } from './graph';
import { isWeighted } from './fold';
import type { NormParts } from './builder';

/** A convolution before its norm was folded into it. */
interface Apart {
  readonly parts: NormParts;
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
}

/** Convolutions of the file with a norm of their own, by the folded weights that `folded` and the table share. */
function partsByWeights(file: Graph, folded: Graph, norms: ReadonlyMap<string, NormParts>): Map<Float32Array, Apart> {
  const before = new Map(file.nodes.map((node) => [node.name, node]));
  const found = new Map<Float32Array, Apart>();
  for (const node of folded.nodes) {
    const parts = norms.get(node.name);
    const raw = before.get(node.name);
    if (!parts || !isWeighted(node) || !isWeighted(raw)) continue;
    found.set(node.weight.data, { parts, weight: raw.weight.data, bias: raw.bias });
  }
  return found;
}

/** The tensors of one convolution with its norm; a bias before the norm moves into the mean. */
function tensorsApart(id: string, shape: readonly number[], { parts, weight, bias }: Apart): Record<string, Tensor> {
  const { gamma, beta, variance } = parts;
  const mean = bias ? parts.mean.map((value, c) => value - (bias[c] ?? 0)) : parts.mean;
  const channel = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  return {
    [`${id}.weight`]: { shape, data: weight },
    [`${id}.gamma`]: channel(gamma),
    [`${id}.beta`]: channel(beta),
    [`${id}.mean`]: channel(mean),
    [`${id}.variance`]: channel(variance)
  };
}

/** A convolution of each head that has a norm of its own. */
const normedInHead = { lraspp: 'head.context.weight', ssdlite: 'head.boxes1.depthwise.weight' } as const;

/** The table with batch norms: one for all, and one of its own where its head has one. */
function normed(arch: Architecture, norm: Norm | null, apartOf: (weight: string) => Apart | undefined): Architecture {
  const { head } = arch;
  if (head.kind !== 'lraspp' && head.kind !== 'ssdlite') return { ...arch, norm, convBias: false };
  const parts = apartOf(normedInHead[head.kind])?.parts;
  const own = parts ? { epsilon: parts.epsilon, momentum: parts.momentum } : null;
  return { ...arch, norm, convBias: false, head: { ...head, norm: own } };
}

/** `imported` with its norms apart if every convolution of the table has one of one epsilon; else folded, which a note says. */
export function withNormsApart(
  imported: Imported,
  graphs: { readonly file: Graph; readonly folded: Graph; readonly norms: ReadonlyMap<string, NormParts> }
): Imported {
  if (imported.kind === 'bad' || graphs.norms.size === 0) return imported;
  const { arch, tensors, notes } = imported;
  const apart = partsByWeights(graphs.file, graphs.folded, graphs.norms);
  const first = graphs.norms.values().next().value;
  const norm: Norm | null = first ? { epsilon: first.epsilon, momentum: first.momentum } : null;
  const gone = new Set<string>();
  const added: Record<string, Tensor> = {};
  const table = normed(arch, norm, (name) => {
    const weight = tensors[name];
    return weight && apart.get(weight.data);
  });
  for (const op of lower(table)) {
    if ((op.kind !== 'conv' && op.kind !== 'depthwise') || !op.norm) continue;
    const weight = tensors[`${op.id}.weight`];
    const found = weight && apart.get(weight.data);
    const alike = found && found.parts.epsilon === op.norm.epsilon && found.parts.momentum === op.norm.momentum;
    if (!weight || !found || !alike) return { ...imported, notes: [...notes, m.import_tfjs_folded()] };
    gone.add(`${op.id}.bias`);
    Object.assign(added, tensorsApart(op.id, weight.shape, found));
  }
  const kept = Object.fromEntries(Object.entries(tensors).filter(([name]) => !gone.has(name)));
  return { ...imported, arch: table, tensors: { ...kept, ...added } };
}

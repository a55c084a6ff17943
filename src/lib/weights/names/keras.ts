/** @file Step 4, network: keras.applications' names: MobileNet, MobileNetV2, MobileNetV3Large and -Small, of Keras 2 and 3. */
import type { Architecture } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import { all, partOf, type Place, type Places } from './place';

export type KerasVersion = 2 | 3;

function v1Place({ row, name }: { row: number | null; name: string }): Place | null {
  if (name === 'stem') return { layer: 'conv1', norm: 'conv1_bn' };
  if (name === 'head.logits') return { layer: 'conv_preds', norm: '', asConv: true };
  const short = { depthwise: 'dw', pointwise: 'pw' }[name];
  if (row === null || !short) return null;
  const layer = `conv_${short}_${row + 1}`;
  return { layer, norm: `${layer}_bn` };
}

const inRow = new Set(['expand', 'depthwise', 'project']);

function v2Place({ row, name }: { row: number | null; name: string }): Place | null {
  if (name === 'stem') return { layer: 'Conv1', norm: 'bn_Conv1' };
  if (name === 'head.conv') return { layer: 'Conv_1', norm: 'Conv_1_bn' };
  if (name === 'head.logits') return { layer: 'predictions', norm: '' };
  if (row === null || !inRow.has(name)) return null;
  const layer = row === 0 ? `expanded_conv_${name}` : `block_${row}_${name}`;
  return { layer, norm: `${layer}_BN` };
}

/** Keras 3 allows no slash in a layer's name: 'expanded_conv_1/expand/BatchNorm' became 'expanded_conv_1_expand_bn'. */
function v3Place({ row, name }: { row: number | null; name: string }, version: KerasVersion): Place | null {
  const joined = (...parts: string[]): string => parts.join(version === 2 ? '/' : '_');
  const cased = (layer: string): string => (version === 2 ? layer : layer.toLowerCase());
  const normed = (layer: string): Place => ({ layer, norm: joined(layer, version === 2 ? 'BatchNorm' : 'bn') });
  const alone = (layer: string): Place => ({ layer, norm: '', asConv: true });
  if (name === 'stem') return normed(cased('Conv'));
  if (name === 'head.conv') return normed(cased('Conv_1'));
  if (name === 'head.hidden') return alone(cased('Conv_2'));
  if (name === 'head.logits') return alone(cased('Logits'));
  if (row === null) return null;
  const block = row === 0 ? 'expanded_conv' : `expanded_conv_${row}`;
  if (name === 'squeeze') return alone(joined(block, 'squeeze_excite', cased('Conv')));
  if (name === 'excite') return alone(joined(block, 'squeeze_excite', cased('Conv_1')));
  return inRow.has(name) ? normed(joined(block, name)) : null;
}

/** Places of a V1, V2 or V3 classifier (or its backbone) in keras.applications; null for other tables. */
export function kerasPlaces(arch: Architecture, version: KerasVersion): Places | null {
  const { head, scaling } = arch;
  if (!arch.stem || (head.kind !== 'classifier' && head.kind !== 'features')) return null;
  const hidden = head.kind === 'classifier' && head.hidden !== null;
  if (all(arch, 'separable')) return hidden ? null : (op: Op) => v1Place(partOf(op));
  if (!all(arch, 'bneck')) return null;
  if (scaling === 'v3' || scaling === 'ratio') return (op: Op) => v3Place(partOf(op), version);
  return hidden || scaling === 'v1' ? null : (op: Op) => v2Place(partOf(op));
}

/** Whether the name belongs to what follows the rows. */
export function isKerasHead(name: string): boolean {
  return /^(conv_preds|conv_?[12](_bn)?|conv_1\/BatchNorm|predictions|logits)\//i.test(name) && !/^conv1/i.test(name);
}

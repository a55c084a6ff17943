/** @file Step 4, network: torchvision's names: mobilenet_v2, mobilenet_v3_*, lraspp_mobilenet_v3_large, ssdlite320_mobilenet_v3_large. */
import type { Architecture } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import { all, expandingRows, partOf, type Place, type Places } from './place';

/** A `Conv2dNormActivation`: the convolution is its 0, the norm its 1. */
const normed = (module: string): Place => ({ layer: `${module}.0`, norm: `${module}.1` });
const alone = (layer: string, asConv = false): Place => ({ layer, norm: '', asConv });

/** V2 has neither SE nor a hidden layer; torchvision knows V3's other heads only over V3's blocks. */
function styleOf(arch: Architecture): 'v2' | 'v3' | null {
  const { head, scaling } = arch;
  if (!all(arch, 'bneck') || !arch.stem || head.kind === 'decoder') return null;
  if (scaling === 'v3' || scaling === 'ratio') return head.kind === 'classifier' && !head.hidden ? null : 'v3';
  const plain = head.kind === 'features' || (head.kind === 'classifier' && !head.hidden);
  return scaling === 'v2' && plain && arch.rows.every((row) => row.kind !== 'bneck' || !row.se) ? 'v2' : null;
}

/** The module of column `index` (0 the stem, rows from 1, then the last convolution). */
function columnModule({ head }: Architecture, index: number): string {
  if (head.kind === 'lraspp') return `backbone.${index}`;
  if (head.kind !== 'ssdlite') return `features.${index}`;
  // The detector cuts its backbone inside the tapped block: C4 is that block's expansion.
  return index <= head.tap ? `backbone.features.0.${index}` : `backbone.features.1.${index - head.tap - 1}`;
}

function rowPlace(arch: Architecture, row: number, part: { name: string; expands: boolean; style: 'v2' | 'v3' }) {
  const { name, expands, style } = part;
  const se = arch.rows[row]?.kind === 'bneck' && arch.rows[row].se !== null;
  const order = [...(expands ? ['expand'] : []), 'depthwise', ...(se ? ['se'] : []), 'project'];
  const at = order.indexOf(name === 'squeeze' || name === 'excite' ? 'se' : name);
  if (at < 0) return null;
  const tapped = arch.head.kind === 'ssdlite' && arch.head.tap === row;
  if (tapped && name === 'expand') return normed(`backbone.features.0.${row + 1}`);
  const module = columnModule(arch, row + 1);
  if (style === 'v2') {
    return name === 'project'
      ? { layer: `${module}.conv.${at}`, norm: `${module}.conv.${at + 1}` }
      : normed(`${module}.conv.${at}`);
  }
  const inside = tapped ? `${module}.${at}` : `${module}.block.${at}`;
  if (name === 'squeeze') return alone(`${inside}.fc1`, true);
  return name === 'excite' ? alone(`${inside}.fc2`, true) : normed(inside);
}

const lraspp: Readonly<Record<string, Place>> = {
  'head.context': normed('classifier.cbr'),
  'head.gate': alone('classifier.scale.1', true),
  'head.low': alone('classifier.low_classifier'),
  'head.high': alone('classifier.high_classifier')
};

/** Extra maps and predictors of the detector. */
function detectorPlace(name: string): Place | null {
  const [, extra, step] = /^head\.extra(\d+)\.(squeeze|depthwise|project)$/.exec(name) ?? [];
  if (extra && step) {
    return normed(`backbone.extra.${Number(extra) - 1}.${['squeeze', 'depthwise', 'project'].indexOf(step)}`);
  }
  const [, what, map, layer] = /^head\.(boxes|classes)(\d+)\.(depthwise|predict)$/.exec(name) ?? [];
  if (!what || !map) return null;
  const list = `head.${what === 'boxes' ? 'regression' : 'classification'}_head.module_list.${Number(map) - 1}`;
  return layer === 'depthwise' ? normed(`${list}.0`) : alone(`${list}.1`);
}

function headPlace(arch: Architecture, name: string, style: 'v2' | 'v3'): Place | null {
  if (name === 'head.conv') return normed(columnModule(arch, arch.rows.length + 1));
  if (arch.head.kind === 'lraspp') return lraspp[name] ?? null;
  if (arch.head.kind === 'ssdlite') return detectorPlace(name);
  if (name === 'head.hidden') return alone('classifier.0');
  return name === 'head.logits' ? alone(style === 'v2' ? 'classifier.1' : 'classifier.3') : null;
}

/** Places of a V2 or V3 table in torchvision 0.14's `state_dict`; null for tables that torchvision does not build. */
export function torchvisionPlaces(arch: Architecture, ops: readonly Op[]): Places | null {
  const style = styleOf(arch);
  if (!style) return null;
  const expanding = expandingRows(ops);
  return (op) => {
    const { row, name } = partOf(op);
    if (row !== null) return rowPlace(arch, row, { name, expands: expanding.has(row), style });
    return name === 'stem' ? normed(columnModule(arch, 0)) : headPlace(arch, name, style);
  };
}

/** Whether the name belongs to what follows the rows of a classifier. */
export function isTorchvisionHead(name: string, { rows }: Architecture): boolean {
  return name.startsWith('classifier.') || name.startsWith(`features.${rows.length + 1}.`);
}

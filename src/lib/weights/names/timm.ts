/** @file Step 4, network: timm's names: mobilenetv1_*, mobilenetv2_*, mobilenetv3_*, tf_mobilenetv3_*, mnasnet_a1. */
import type { Architecture, Row } from '$lib/arch/architecture';
import type { Op } from '$lib/ops/op';
import { expandingRows, partOf, type Place, type Places } from './place';

/** Rows of each stage in the string tables of timm's efficientnet.py and mobilenetv3.py, by the number of rows. */
const stagesOf: Readonly<Record<number, readonly number[]>> = {
  11: [1, 2, 3, 2, 3],
  13: [1, 2, 2, 6, 2],
  15: [1, 2, 3, 4, 2, 3],
  16: [1, 2, 3, 4, 2, 3, 1],
  17: [1, 2, 3, 4, 3, 3, 1]
};

const outOf = (row: Row | undefined): number | null => (row && 'out' in row ? row.out : null);

/** Whether a row strides; timm lets only the first of a stage do so. */
const strides = (row: Row | undefined): boolean => row !== undefined && 'stride' in row && row.stride === 2;

/** Stage and place in it of every row: the tables timm knows, else a new stage at each stride or new width. */
export function stagePlaces({ rows }: Architecture): readonly (readonly [stage: number, index: number])[] {
  const known = stagesOf[rows.length]?.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => [stage, i] as const)
  );
  if (known?.every(([, place], i) => place === 0 || !strides(rows[i]))) return known;
  let stage = -1;
  let index = 0;
  return rows.map((row, i) => {
    if (i === 0 || strides(row) || outOf(row) !== outOf(rows[i - 1])) {
      stage += 1;
      index = 0;
    } else index += 1;
    return [stage, index] as const;
  });
}

const inverted: Readonly<Record<string, readonly [string, string]>> = {
  expand: ['conv_pw', 'bn1'],
  depthwise: ['conv_dw', 'bn2'],
  project: ['conv_pwl', 'bn3']
};
const separable: Readonly<Record<string, readonly [string, string]>> = {
  depthwise: ['conv_dw', 'bn1'],
  project: ['conv_pw', 'bn2'],
  pointwise: ['conv_pw', 'bn2']
};
const gates: Readonly<Record<string, string>> = { squeeze: 'se.conv_reduce', excite: 'se.conv_expand' };

function rowPlace(block: string, name: string, expands: boolean): Place | null {
  const gate = gates[name];
  if (gate) return { layer: `${block}.${gate}`, norm: '', asConv: true };
  const pair = (expands ? inverted : separable)[name];
  return pair ? { layer: `${block}.${pair[0]}`, norm: `${block}.${pair[1]}` } : null;
}

function headPlace(arch: Architecture, name: string, stages: number): Place | null {
  // V3's efficient head: the last convolution is a stage of its own, the hidden layer a 1x1 convolution after the pool.
  const efficient = arch.head.kind === 'classifier' && arch.head.hidden !== null;
  if (name === 'head.conv' && efficient) return { layer: `blocks.${stages}.0.conv`, norm: `blocks.${stages}.0.bn1` };
  if (name === 'head.conv') return { layer: 'conv_head', norm: 'bn2' };
  if (name === 'head.hidden') return { layer: 'conv_head', norm: '', asConv: true };
  return name === 'head.logits' ? { layer: 'classifier', norm: '' } : null;
}

/** Places of a V1, V2, V3 or MnasNet table in timm's `state_dict`; null for other heads. */
export function timmPlaces(arch: Architecture, ops: readonly Op[]): Places | null {
  const { head } = arch;
  if (!arch.stem || (head.kind !== 'classifier' && head.kind !== 'features')) return null;
  const places = stagePlaces(arch);
  const stages = (places.at(-1)?.[0] ?? -1) + 1;
  const expanding = expandingRows(ops);
  return (op) => {
    const { row, name } = partOf(op);
    if (name === 'stem') return { layer: 'conv_stem', norm: 'bn1' };
    if (row === null) return headPlace(arch, name, stages);
    const [stage = 0, index = 0] = places[row] ?? [];
    return rowPlace(`blocks.${stage}.${index}`, name, expanding.has(row));
  };
}

/** Whether the name belongs to what follows the rows. */
export function isTimmHead(name: string, arch: Architecture): boolean {
  const stages = (stagePlaces(arch).at(-1)?.[0] ?? -1) + 1;
  return /^(conv_head|bn2|classifier)\./.test(name) || name.startsWith(`blocks.${stages}.0.`);
}

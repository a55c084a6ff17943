/** @file Import: rows of a table from the stages of timm's block strings, as its `EfficientNetBuilder` builds them. */
import type { Gate, Issue, NL, Row, SqueezeExcite } from '$lib/arch/architecture';
import { maxRows } from '$lib/arch/limits';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { TimmBlock } from './timm-blocks';
import { expansionOf, roundedWidth, squeezeOf, type Rounding, type SqueezeRule } from './timm-rounding';

/** What the blocks of a network share. */
export interface BlockDefaults {
  readonly nl: NL;
  /** Of every #out. */
  readonly rounding: Rounding;
  readonly squeeze: SqueezeRule;
  readonly gate: Gate;
  /** The non-linearity of every squeeze; null takes the block's. */
  readonly squeezeNl: NL | null;
  /** Strides beyond it become dilation. */
  readonly outputStride: number;
}

interface Step {
  readonly block: TimmBlock;
  readonly stride: 1 | 2;
  readonly dilation: number;
  /** Width the block reads. */
  readonly width: number;
}

function squeezeExcite({ block }: Step, gated: number, defaults: BlockDefaults): SqueezeExcite | null {
  if (block.squeeze === 0) return null;
  const { expansion, squeeze: ratio } = block;
  return {
    channels: squeezeOf({ gated, expansion, ratio }, defaults.squeeze),
    nl: defaults.squeezeNl ?? block.nl ?? defaults.nl,
    gate: defaults.gate,
    bias: true,
    norm: false,
    place: 'afterDepthwise'
  };
}

function rowOf(step: Step, defaults: BlockDefaults): Row {
  const { block, stride, dilation, width } = step;
  const { kernel, type } = block;
  const nl = block.nl ?? defaults.nl;
  const out = roundedWidth(block.out, defaults.rounding);
  const adds = stride === 1 && out === width;
  if (type === 'cn') {
    if (block.skip && adds) throw new NotUnderstood(block.text, m.rows_conv_skip());
    return { kind: 'conv', kernel, out, nl, stride, dilation };
  }
  if (type === 'dsa') {
    if (block.squeeze > 0) throw new NotUnderstood(block.text, m.rows_separable_squeeze());
    return { kind: 'separable', kernel, out, nl, stride, dilation, between: 'normed' };
  }
  const expSize = type === 'ir' ? expansionOf(width, block.expansion) : width;
  return {
    kind: 'bneck',
    kernel,
    expSize,
    out,
    se: squeezeExcite(step, expSize, defaults),
    nl,
    stride,
    dilation,
    // timm's `ir` expands in every case, its `ds` never.
    expand: type === 'ir' && expSize === width ? 'always' : 'whenWider',
    shortcut: block.noskip && adds ? 'none' : 'identity'
  };
}

/**
 * The rows of the stages; only the first block of a stage strides. `width` is that of the stem, which strides by 2.
 * Throws `NotUnderstood` for a block that no row is.
 */
export function rowsOfStages(
  stages: readonly (readonly TimmBlock[])[],
  width: number,
  defaults: BlockDefaults
): readonly Row[] {
  const count = stages.flat().reduce((sum, { repeats }) => sum + repeats, 0);
  if (count > maxRows) throw new NotUnderstood('', m.rows_many({ count, most: maxRows }));
  const rows: Row[] = [];
  let reads = width;
  let reached = 2;
  let dilation = 1;
  for (const stage of stages) {
    const blocks = stage.flatMap((block) => Array.from({ length: block.repeats }, () => block));
    for (const [index, block] of blocks.entries()) {
      const wanted = index === 0 ? block.stride : 1;
      const dense = wanted === 2 && reached * 2 > defaults.outputStride;
      const row = rowOf({ block, stride: dense ? 1 : wanted, dilation, width: reads }, defaults);
      // The block whose stride is lost keeps the dilation so far; those behind it look twice as far.
      if (dense) dilation *= 2;
      else reached *= wanted;
      rows.push(row);
      reads = 'out' in row ? row.out : reads;
    }
  }
  return rows;
}

/** Blocks that stride within a stage, where timm takes the stride away. */
export function strideNotes(stages: readonly (readonly TimmBlock[])[]): readonly string[] {
  return stages.flatMap((stage) =>
    stage.slice(1).flatMap((block) => (block.stride === 2 ? [m.rows_stride_lost({ block: block.text })] : []))
  );
}

/** A last stage of one 1x1 convolution: the end of MobileNetV3, which a table keeps in its head. */
export function splitLastConv(stages: readonly (readonly TimmBlock[])[]): {
  readonly stages: readonly (readonly TimmBlock[])[];
  readonly last: TimmBlock | null;
} {
  const [block, ...more] = stages.at(-1) ?? [];
  const isLast =
    block?.type === 'cn' &&
    more.length === 0 &&
    block.repeats === 1 &&
    block.kernel === 1 &&
    block.stride === 1 &&
    !block.skip;
  return isLast && stages.length > 1 ? { stages: stages.slice(0, -1), last: block } : { stages, last: null };
}

/** Issues of texts that are too many to be the blocks of a table. */
export function tooManyBlocks(count: number): readonly Issue[] {
  return count > maxRows ? [{ path: '', message: m.rows_many({ count, most: maxRows }) }] : [];
}

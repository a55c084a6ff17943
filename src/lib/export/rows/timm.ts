/** @file Step 8, export: a table as timm's arch strings, with the call that builds it. */
import type { Architecture, Issue, NL } from '$lib/arch/architecture';
import { widthAfter } from '$lib/arch/rules';
import { roundedWidth, toEights, type SqueezeRule } from '$lib/import/rows/timm-rounding';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import {
  callText,
  comment,
  frameOf,
  importLine,
  inputLine,
  longCall,
  longList,
  normText,
  type Frame,
  type RowsWritten
} from './listing';
import { nonLinearityToken } from './timm-blocks';
import { layerNames, squeezeLayer, squeezeRuleOf } from './timm-squeeze';
import { stageTexts } from './timm-stages';

/** timm's builder turns strides beyond it into dilation unless told otherwise. */
const ownOutputStride = 32;

const totalStride = ({ rows }: Architecture): number =>
  rows.reduce((stride, row) => stride * ('stride' in row ? row.stride : 1), 2);

/** What the two classes of timm have no argument for. */
function frameIssues(arch: Architecture, { stem, head }: Frame): readonly Issue[] {
  const issues: Issue[] = [];
  const efficient = head.hidden !== null;
  const last = efficient ? 'hidden' : 'conv';
  if (layerNames[stem.nl] === null) issues.push({ path: 'stem.nl', message: m.rows_nl() });
  const layer = head[last];
  if (layer && layer.nl !== stem.nl) issues.push({ path: `head.${last}.nl`, message: m.rows_nl_like_stem() });
  if (efficient && stem.kernel !== 3) issues.push({ path: 'stem.kernel', message: m.rows_stem_kernel() });
  if (efficient && totalStride(arch) > ownOutputStride) {
    issues.push({ path: 'rows', message: m.rows_output_stride({ most: ownOutputStride, stride: totalStride(arch) }) });
  }
  const conv = efficient ? head.conv : null;
  if (conv && !nonLinearityToken(conv.nl, stem.nl)) issues.push({ path: 'head.conv.nl', message: m.rows_nl() });
  return issues;
}

/** MobileNetV3's last convolution is a stage of its own. */
function lastStage({ head, stem }: Frame): readonly (readonly string[])[] {
  if (!head.hidden || !head.conv) return [];
  const tokens = nonLinearityToken(head.conv.nl, stem.nl) ?? [];
  return [[['cn_r1_k1_s1', `c${head.conv.out}`, ...tokens].join('_')]];
}

const paddings = { same: 'same', symmetric: '', valid: 'valid' } as const;

/** Every argument that is not timm's default for sure. */
function argumentsOf(arch: Architecture, frame: Frame, squeeze: string | null): readonly string[] {
  const { head, stem, norm } = frame;
  const widths = [stem.out, ...arch.rows.map((row) => widthAfter(row, 8)), head.hidden ? (head.conv?.out ?? 8) : 8];
  const round = widths.every((width) => roundedWidth(width, toEights) === width);
  const kernel = head.hidden || stem.kernel === 3 ? [] : [`stem_kernel_size=${stem.kernel}`];
  const stride = totalStride(arch) > ownOutputStride ? [`output_stride=${totalStride(arch)}`] : [];
  return [
    callText('decode_arch_def', ['arch_def']),
    `num_classes=${arch.classes}`,
    `in_chans=${arch.input[2]}`,
    `stem_size=${stem.out}`,
    ...kernel,
    `num_features=${(head.hidden ?? head.conv)?.out ?? 0}`,
    ...stride,
    `pad_type='${paddings[arch.padding]}'`,
    `act_layer=${layerNames[stem.nl] ?? ''}`,
    `norm_layer=${normText(norm)}`,
    ...(squeeze === null ? [] : [`se_layer=${squeeze}`]),
    // A multiplier of 0 leaves widths as they are.
    ...(round ? [] : [`round_chs_fn=${callText('partial', ['round_channels', 'multiplier=0'])}`]),
    `drop_rate=${head.dropout}`
  ];
}

/** Rows that a stage's strings hold, counted from their repeats. */
const rowsIn = (stage: readonly string[]): number =>
  stage.reduce((sum, text) => sum + Number(/_r(\d+)/.exec(text)?.[1] ?? 0), 0);

/** The lines of `arch_def`: in front of each stage a comment with the size of the map it reads, as timm's source has it. */
function stageLines(arch: Architecture, stages: readonly (readonly string[])[]): readonly string[] {
  const ops = lower(arch);
  let column = 1;
  return stages.flatMap((texts, stage) => {
    const [height, width] = ops.find((op) => op.column === column)?.in ?? arch.input;
    column += rowsIn(texts);
    return [comment(m.rows_stage({ stage, height, width })), `[${texts.map((text) => `'${text}'`).join(', ')}]`];
  });
}

function listing(arch: Architecture, frame: Frame, parts: { stages: readonly string[]; squeeze: string | null }) {
  const args = argumentsOf(arch, frame, parts.squeeze);
  const uses = (name: string): boolean => args.some((arg) => arg.includes(name));
  const [module, name] = frame.head.hidden
    ? ['timm.models.mobilenetv3', 'MobileNetV3']
    : ['timm.models.efficientnet', 'EfficientNet'];
  return [
    comment(arch.name),
    importLine('functools', ['partial']),
    '',
    importLine('torch', ['nn']),
    ...(uses('SqueezeExcite') ? [importLine('timm.models._efficientnet_blocks', ['SqueezeExcite'])] : []),
    importLine('timm.models._efficientnet_builder', [
      'decode_arch_def',
      ...(uses('round_channels') ? ['round_channels'] : [])
    ]),
    importLine(module, [name]),
    '',
    inputLine(arch),
    `arch_def = ${longList(parts.stages)}`,
    `model = ${longCall(name, args)}`,
    ''
  ].join('\n');
}

/**
 * The table as timm's block strings and the call of `MobileNetV3` (with a hidden layer after the pool) or `EfficientNet`
 * that builds it; runs with timm 1.0. Issues name every field that timm cannot say.
 */
export function toTimm(arch: Architecture): RowsWritten {
  const frame = frameOf(arch, 'timm');
  if (!('stem' in frame)) return { kind: 'bad', issues: frame };
  const rule: SqueezeRule = squeezeRuleOf(arch, frame.head.hidden !== null);
  const nl: NL = frame.stem.nl;
  const { stages, issues } = stageTexts(arch, { nl, squeeze: rule });
  const squeeze = squeezeLayer(arch, rule);
  const all = [
    ...frameIssues(arch, frame),
    ...issues,
    ...(typeof squeeze === 'string' || squeeze === null ? [] : squeeze)
  ];
  if (all.length > 0 || (typeof squeeze !== 'string' && squeeze !== null)) return { kind: 'bad', issues: all };
  const lines = stageLines(arch, [...stages, ...lastStage(frame)]);
  return { kind: 'ok', text: listing(arch, frame, { stages: lines, squeeze }), notes: [] };
}

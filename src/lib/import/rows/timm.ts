/** @file Import: timm's arch strings as an editable table. */
import type { Architecture, ClassifierHead, Issue } from '$lib/arch/architecture';
import { mobileNetV1 } from '$lib/arch/presets/mobilenet-v1';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { mnasNetA1 } from '$lib/arch/presets/mnasnet-a1';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { readRows, withName, type RowsRead } from './read';
import { readBlock, type TimmBlock } from './timm-blocks';
import { efficientNet, mobileNetV3, modelOf, withOption, type TimmModel } from './timm-model';
import { roundedWidth } from './timm-rounding';
import { rowsOfStages, splitLastConv, strideNotes, tooManyBlocks } from './timm-rows';
import { readTimmText, type TimmText } from './timm-text';

type Blocks = readonly (readonly TimmBlock[])[];

const options = [
  'stem_size',
  'num_features',
  'num_classes',
  'in_chans',
  'pad_type',
  'act_layer',
  'norm_layer',
  'se_layer',
  'drop_rate',
  'input_size'
];

/** The paper's network that strings alone stand for, by the looks of their blocks. */
function family(stages: Blocks): Architecture {
  const { last } = splitLastConv(stages);
  const blocks = stages.flat();
  if (last) {
    const small = mobileNetV3Small.head.kind === 'classifier' ? mobileNetV3Small.head.conv?.out : 0;
    return last.out === small ? mobileNetV3Small : mobileNetV3Large;
  }
  if (blocks.every(({ type }) => type === 'dsa')) return mobileNetV1;
  return blocks.some(({ squeeze, kernel }) => squeeze > 0 || kernel > 3) ? mnasNetA1 : mobileNetV2;
}

/** Arguments of a text that calls no class: those that are no literals stay as the paper has them, and are noted. */
function loosely(text: TimmText, stages: Blocks): { readonly model: TimmModel; readonly notes: readonly string[] } {
  const paper = family(stages);
  let model = modelOf(paper);
  const given = new Set(text.input ? ['input_size'] : []);
  const left = new Set(options);
  for (const option of text.options) {
    try {
      model = withOption(model, option);
      given.add(option.key);
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      given.delete(option.key);
      left.add(option.key);
    }
  }
  const taken = [...left].filter((key) => !given.has(key)).join(', ');
  return { model, notes: taken === '' ? [] : [m.rows_taken_from({ network: paper.name, taken })] };
}

function strictly(text: TimmText): { readonly model: TimmModel; readonly notes: readonly string[] } {
  const base = text.builds === 'MobileNetV3' ? mobileNetV3 : efficientNet;
  const model = text.options.reduce(withOption, base);
  return { model, notes: text.input ? [] : [m.rows_input_assumed({ size: mobileNetV3Large.input[0] })] };
}

function tableOf(text: TimmText, all: Blocks, model: TimmModel): Architecture {
  const { nl, norm, padding, classes, channels, features, dropout } = model;
  const { stages, last } = model.efficientHead ? splitLastConv(all) : { stages: all, last: null };
  const stemOut = model.fixStem ? model.stemSize : roundedWidth(model.stemSize, model.rounding);
  const rows = rowsOfStages(stages, stemOut, {
    ...model,
    squeeze: { fromExpansion: model.squeezeFromExpansion, rounding: model.squeezeRounding }
  });
  const lastConv = last && { out: roundedWidth(last.out, model.rounding), nl: last.nl ?? nl };
  const feature = features > 0 ? { out: features, nl } : null;
  const head: ClassifierHead = {
    kind: 'classifier',
    conv: model.efficientHead ? lastConv : feature,
    hidden: model.efficientHead ? { out: features, nl } : null,
    dropout,
    logitsBias: true
  };
  const plain = rows.every((row) => row.kind === 'separable') ? 'v1' : 'v2';
  return {
    format: 1,
    name: '',
    input: [...(text.input ?? [mobileNetV3Large.input[0], mobileNetV3Large.input[1]]), channels],
    classes,
    padding,
    norm,
    convBias: false,
    scaling: model.efficientHead ? 'v3' : plain,
    stem: { kernel: model.stemKernel, out: stemOut, nl, stride: 2 },
    rows,
    head
  };
}

/**
 * Reads timm's block strings: an `arch_def` with or without the call that builds it, as timm's source has it or as
 * `toTimm` writes it, or one string a line. A text that calls no class is completed from the paper's network it looks
 * like, which a note says. Issues name the string and what in it is not understood; never throws.
 */
export function parseTimm(source: string): RowsRead {
  return readRows(source, () => {
    const text = readTimmText(source);
    const tooMany = tooManyBlocks(text.stages.flat().length);
    if (tooMany.length > 0) return { kind: 'bad', issues: tooMany };
    const issues: Issue[] = [];
    const stages = text.stages.map((stage) => stage.flatMap((block) => readBlock(block, issues) ?? []));
    if (issues.length > 0) return { kind: 'bad', issues };
    const { model, notes } = text.builds ? strictly(text) : loosely(text, stages);
    const arch = withName(tableOf(text, stages, model), text.title, m.rows_name_timm());
    return { kind: 'ok', arch, notes: [...notes, ...strideNotes(stages)] };
  });
}

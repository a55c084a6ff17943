/** @file Import: torchvision's rows of MobileNetV3 and MobileNetV2 as an editable table. */
import type { Architecture, HeadLayer, Row } from '$lib/arch/architecture';
import { makeDivisible } from '$lib/arch/divisible';
import { mobileNetV2 } from '$lib/arch/presets/mobilenet-v2';
import { mobileNetV3Large, mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { PythonProgram } from './python-program';
import { inputSizeOf, readRows, withName, type RowsRead } from './read';
import { torchvisionV2, torchvisionV3, withTorchvisionOption, type TorchvisionModel } from './torchvision-model';
import { v2Rows, v3Rows } from './torchvision-rows';
import { readTorchvisionText, type TorchvisionText } from './torchvision-text';

interface Read {
  readonly arch: Architecture;
  readonly notes: readonly string[];
}

function inputOf(program: PythonProgram): { readonly input: Architecture['input']; readonly notes: readonly string[] } {
  const [height, width] = mobileNetV3Large.input;
  const size = inputSizeOf(program);
  if (size) return { input: [...size, 3], notes: [] };
  return { input: [height, width, 3], notes: [m.rows_input_assumed({ size: height })] };
}

const base = { format: 1, name: '', padding: 'symmetric', convBias: false } as const;

/** The hidden layer that the paper has behind a last convolution as wide. */
function paperHidden(conv: number): { readonly width: number; readonly network: string } {
  const papers = [mobileNetV3Small, mobileNetV3Large];
  const same = papers.find(({ head }) => head.kind === 'classifier' && head.conv?.out === conv) ?? mobileNetV3Large;
  const width = same.head.kind === 'classifier' ? (same.head.hidden?.out ?? 0) : 0;
  return { width, network: same.name };
}

function headOf(conv: HeadLayer, hidden: HeadLayer | null, model: TorchvisionModel): Architecture['head'] {
  return { kind: 'classifier', conv, hidden, dropout: model.dropout, logitsBias: true };
}

function v3Table({ program, options }: TorchvisionText, calls: Parameters<typeof v3Rows>[0]): Read {
  // The multiplier of the source's rows is theirs alone.
  const model = options.filter(({ key }) => key !== 'width_mult').reduce(withTorchvisionOption, torchvisionV3);
  const { stemOut, rows } = v3Rows(calls, program);
  const conv = 6 * (rows.at(-1)?.out ?? 0);
  const paper = paperHidden(conv);
  const taken =
    model.lastChannel === null ? [m.rows_taken_from({ network: paper.network, taken: 'last_channel' })] : [];
  const hidden: HeadLayer = { out: model.lastChannel ?? paper.width, nl: 'hardSwish' };
  const { input, notes } = inputOf(program);
  const arch: Architecture = {
    ...base,
    input,
    classes: model.classes,
    norm: model.norm,
    scaling: 'v3',
    stem: { kernel: 3, out: stemOut, nl: 'hardSwish', stride: 2 },
    rows,
    head: headOf({ out: conv, nl: 'hardSwish' }, hidden, model)
  };
  return { arch, notes: [...taken, ...notes] };
}

function v2Table({ program, options }: TorchvisionText, lines: readonly (readonly number[])[] | null): Read {
  const model = options.reduce(withTorchvisionOption, torchvisionV2);
  if (model.lastChannel !== null) throw new NotUnderstood('last_channel', m.rows_option_unknown());
  const { widthMultiplier, roundTo } = model;
  const stemOut = makeDivisible(32 * widthMultiplier, roundTo);
  const rows: readonly Row[] = v2Rows(lines ?? ownLines, stemOut, model);
  const conv = makeDivisible(1280 * Math.max(1, widthMultiplier), roundTo);
  const { input, notes } = inputOf(program);
  const arch: Architecture = {
    ...base,
    input,
    classes: model.classes,
    norm: model.norm,
    scaling: 'v2',
    stem: { kernel: 3, out: stemOut, nl: 'relu6', stride: 2 },
    rows,
    head: headOf({ out: conv, nl: 'relu6' }, null, model)
  };
  return { arch, notes };
}

/** The lines of the paper's Table 2, which `MobileNetV2` builds without a setting. */
const ownLines: readonly (readonly number[])[] = linesOf(mobileNetV2);

function linesOf({ rows, stem }: Architecture): readonly (readonly number[])[] {
  let reads = stem?.out ?? 0;
  return rows.flatMap((row) => {
    if (row.kind !== 'bneck') return [];
    const line = [row.expSize / reads, row.out, 1, row.stride];
    reads = row.out;
    return [line];
  });
}

/** Numbers of torchvision's source that the text leaves open. */
function assumedNotes({ program }: TorchvisionText): readonly string[] {
  const taken = [...program.usedAssumed].map((name) => `${name}=1`).join(', ');
  return taken === '' ? [] : [m.rows_assumed({ taken })];
}

/**
 * Reads torchvision's rows: `InvertedResidualConfig(…)` or `bneck_conf(…)` of MobileNetV3, `[t, c, n, s]` of MobileNetV2,
 * with or without the class that is called, as torchvision's source has them or as `toTorchvision` writes them. Its
 * networks pad by half the kernel. Issues name the row ('rows.3', '[2]') or the argument; never throws.
 */
export function parseTorchvision(source: string): RowsRead {
  return readRows(source, () => {
    const text = readTorchvisionText(source);
    const { found, program } = text;
    const { arch, notes } = found.kind === 'v3' ? v3Table(text, found.rows) : v2Table(text, found.rows);
    const own = withName(arch, program.title, m.rows_name_torchvision());
    return { kind: 'ok', arch: own, notes: [...notes, ...assumedNotes(text)] };
  });
}

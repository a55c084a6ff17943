/** @file Step 8, export: rows of a table as torchvision's `[t, c, n, s]` lines of MobileNetV2. */
import type { Architecture, BneckRow, Issue, Row } from '$lib/arch/architecture';
import { makeDivisible } from '$lib/arch/divisible';
import { widthBefore } from '$lib/arch/rules';
import { pythonRound } from '$lib/import/rows/timm-rounding';
import { torchvisionV2 } from '$lib/import/rows/torchvision-model';
import { expands } from '$lib/ops/lower-row';
import { m } from '$paraglide/messages';
import { comment, importLine, longCall, longList, normText, shortest, type Frame, type Listing } from './listing';

type Refuse = (field: string, message: string) => void;

/** A width multiplier and the divisor that scaled widths are rounded to. */
interface Scale {
  readonly multiplier: number;
  readonly roundTo: number;
}

/** The multipliers of published networks come first; the last two fit any one layer. */
const published = [1, 0.35, 0.5, 0.75, 1.3, 1.4];

/** The width before scaling; multiples of 8 first, as tables have them. */
function unscaled(out: number, { multiplier, roundTo }: Scale): number | null {
  const exact = out / multiplier;
  const near = Math.round(exact);
  const candidates = [Math.round(exact / 8) * 8, near, near + 1, near - 1];
  return candidates.find((width) => width > 0 && makeDivisible(width * multiplier, roundTo) === out) ?? null;
}

/** A scale of torchvision's stem (32) and last convolution (1280) under which every row is as wide as here. */
function scaleOf(arch: Architecture, stem: number, last: number): Scale | null {
  const multipliers = [...published, stem / 32, last / 1280];
  for (const roundTo of [8, 1])
    for (const multiplier of multipliers) {
      const scale: Scale = { multiplier, roundTo };
      const ends =
        makeDivisible(32 * multiplier, roundTo) === stem &&
        makeDivisible(1280 * Math.max(1, multiplier), roundTo) === last;
      if (ends && arch.rows.every((row) => !('out' in row) || unscaled(row.out, scale) !== null)) return scale;
    }
  return null;
}

/** The expansion ratio that torchvision rounds to just this width; 1 is no expansion. */
function ratioOf(row: BneckRow, width: number): number | null {
  if (!expands(row, width)) return 1;
  return shortest(row.expSize / width, (t) => t > 0 && t !== 1 && pythonRound(width * t) === row.expSize, 0);
}

function checkRow(row: Row, width: number, refuse: Refuse): row is BneckRow {
  if (row.kind !== 'bneck') {
    refuse('kind', m.rows_kind_bneck());
    return false;
  }
  if (row.kernel !== 3) refuse('kernel', m.rows_kernel_fixed());
  if (row.dilation > 1) refuse('dilation', m.rows_no_dilation());
  if (row.se) refuse('se', m.rows_no_squeeze());
  if (row.nl !== 'relu6') refuse('nl', m.rows_nl_fixed({ nl: 'ReLU6' }));
  if (row.expand === 'always' && row.expSize === width) refuse('expand', m.rows_expand_always());
  if (row.stride === 1 && row.out === width && row.shortcut === 'none') refuse('shortcut', m.rows_no_shortcut());
  if (row.stride === 1 && row.out !== width && row.shortcut === 'conv') {
    refuse('shortcut', m.rows_conv_shortcut({ library: 'torchvision' }));
  }
  return true;
}

interface Line {
  readonly t: number;
  readonly c: number;
  readonly n: number;
  readonly s: number;
}

/** The lines of the table; equal rows that follow without a stride are one. */
function linesOf(arch: Architecture, scale: Scale, issues: Issue[]): readonly Line[] {
  const lines: Line[] = [];
  for (const [index, row] of arch.rows.entries()) {
    const refuse: Refuse = (field, message) => issues.push({ path: `rows.${index}.${field}`, message });
    const width = widthBefore(arch, index);
    if (!checkRow(row, width, refuse)) continue;
    const t = ratioOf(row, width);
    if (t === null && row.expand !== 'always') refuse('expSize', m.rows_ratio({ width: row.expSize }));
    const line: Line = { t: t ?? 1, c: unscaled(row.out, scale) ?? row.out, n: 1, s: row.stride };
    const last = lines.at(-1);
    if (last && last.t === line.t && last.c === line.c && line.s === 1)
      lines[lines.length - 1] = { ...last, n: last.n + 1 };
    else lines.push(line);
  }
  return lines;
}

function frameIssues({ stem, head }: Frame): readonly Issue[] {
  const issues: Issue[] = [];
  if (stem.kernel !== 3) issues.push({ path: 'stem.kernel', message: m.rows_kernel_fixed() });
  if (stem.nl !== 'relu6') issues.push({ path: 'stem.nl', message: m.rows_nl_fixed({ nl: 'ReLU6' }) });
  if (!head.conv) issues.push({ path: 'head.conv', message: m.rows_last_conv_missing() });
  else if (head.conv.nl !== 'relu6') {
    issues.push({ path: 'head.conv.nl', message: m.rows_nl_fixed({ nl: 'ReLU6' }) });
  }
  return issues;
}

/** The imports and the rest of a listing, or everything `MobileNetV2` has no argument for. */
export function v2Listing(arch: Architecture, frame: Frame): Listing {
  const { stem, head, norm } = frame;
  const issues: Issue[] = [...frameIssues(frame)];
  const last = head.conv?.out ?? 0;
  const found = scaleOf(arch, stem.out, last);
  if (!found && head.conv) {
    issues.push({ path: 'stem.out', message: m.rows_width_multiplier({ stem: stem.out, last }) });
  }
  const scale = found ?? { multiplier: 1, roundTo: 1 };
  const rows = linesOf(arch, scale, issues).map(({ t, c, n, s }) => `[${t}, ${c}, ${n}, ${s}]`);
  const own = torchvisionV2.norm;
  const plain = norm.epsilon === own.epsilon && norm.momentum === own.momentum;
  const args = [
    `num_classes=${arch.classes}`,
    `width_mult=${scale.multiplier}`,
    'inverted_residual_setting=inverted_residual_setting',
    `round_nearest=${scale.roundTo}`,
    ...(plain ? [] : [`norm_layer=${normText(norm)}`]),
    `dropout=${head.dropout}`
  ];
  const imports = [
    ...(plain ? [] : [importLine('functools', ['partial']), '', importLine('torch', ['nn'])]),
    importLine('torchvision.models.mobilenetv2', ['MobileNetV2'])
  ];
  const body = [
    `inverted_residual_setting = ${longList([comment(m.rows_columns_v2()), ...rows])}`,
    `model = ${longCall('MobileNetV2', args)}`
  ];
  return { imports, body, issues };
}

/** @file Step 8, export: rows of a table as torchvision's `InvertedResidualConfig`s. */
import type { Architecture, BneckRow, HeadLayer, Issue, Row } from '$lib/arch/architecture';
import { makeDivisible } from '$lib/arch/divisible';
import { widthBefore } from '$lib/arch/rules';
import { plainSqueezeExcite } from '$lib/arch/squeeze-excite';
import { torchvisionV3 } from '$lib/import/rows/torchvision-model';
import { m } from '$paraglide/messages';
import { callText, comment, importLine, longCall, longList, normText, type Frame, type Listing } from './listing';

type Refuse = (field: string, message: string) => void;

/** torchvision's stride: one that dilates is written as 2 where the row adds no input. */
function strideOf(row: BneckRow, width: number, refuse: Refuse): number {
  const { stride, dilation, shortcut, out } = row;
  if (stride === 2) {
    if (dilation > 1) refuse('stride', m.rows_stride_dilated());
    return stride;
  }
  if (shortcut === 'conv' && out !== width) refuse('shortcut', m.rows_conv_shortcut({ library: 'torchvision' }));
  if (shortcut !== 'none') return 1;
  if (dilation > 1) return 2;
  if (out === width) refuse('shortcut', m.rows_no_shortcut());
  return 1;
}

function checkSqueeze({ se, expSize }: BneckRow, refuse: Refuse): void {
  if (!se) return;
  const plain = plainSqueezeExcite(expSize);
  const same =
    se.channels === plain.channels &&
    se.nl === plain.nl &&
    se.gate === plain.gate &&
    se.bias === plain.bias &&
    se.norm === plain.norm &&
    se.place === plain.place;
  if (!same) refuse('se', m.rows_squeeze_quarter({ width: plain.channels }));
}

function rowText(row: Row, width: number, refuse: Refuse): string {
  if (row.kind !== 'bneck') {
    refuse('kind', m.rows_kind_bneck());
    return '';
  }
  for (const field of ['expSize', 'out'] as const)
    if (makeDivisible(row[field]) !== row[field]) refuse(field, m.rows_width_eighths({ width: row[field] }));
  if (row.nl !== 'relu' && row.nl !== 'hardSwish') refuse('nl', m.rows_nl_re_hs());
  if (row.expand === 'always' && row.expSize === width) refuse('expand', m.rows_expand_always());
  checkSqueeze(row, refuse);
  const stride = strideOf(row, width, refuse);
  const flag = row.se ? 'True' : 'False';
  const nl = row.nl === 'hardSwish' ? '"HS"' : '"RE"';
  return callText('bneck_conf', [width, row.kernel, row.expSize, row.out, flag, nl, stride, row.dilation].map(String));
}

function checkLayer(layer: HeadLayer | null, path: string, issues: Issue[]): void {
  if (!layer) issues.push({ path, message: m.rows_last_conv_missing() });
  else if (layer.nl !== 'hardSwish') issues.push({ path: `${path}.nl`, message: m.rows_nl_fixed({ nl: 'h-swish' }) });
}

function frameIssues(arch: Architecture, { stem, head }: Frame): readonly Issue[] {
  const issues: Issue[] = [];
  if (stem.kernel !== 3) issues.push({ path: 'stem.kernel', message: m.rows_kernel_fixed() });
  if (stem.nl !== 'hardSwish') issues.push({ path: 'stem.nl', message: m.rows_nl_fixed({ nl: 'h-swish' }) });
  if (makeDivisible(stem.out) !== stem.out) {
    issues.push({ path: 'stem.out', message: m.rows_width_eighths({ width: stem.out }) });
  }
  const width = 6 * widthBefore(arch, arch.rows.length);
  if (head.conv && head.conv.out !== width) {
    issues.push({ path: 'head.conv.out', message: m.rows_last_conv({ width }) });
  }
  checkLayer(head.conv, 'head.conv', issues);
  checkLayer(head.hidden, 'head.hidden', issues);
  return issues;
}

/** The imports and the rest of a listing, or everything `MobileNetV3` has no argument for. */
export function v3Listing(arch: Architecture, frame: Frame): Listing {
  const issues: Issue[] = [...frameIssues(arch, frame)];
  const rows = arch.rows.map((row, index) =>
    rowText(row, widthBefore(arch, index), (field, message) => issues.push({ path: `rows.${index}.${field}`, message }))
  );
  const { head, norm } = frame;
  const own = torchvisionV3.norm;
  const plain = norm.epsilon === own.epsilon && norm.momentum === own.momentum;
  const args = [
    'inverted_residual_setting=inverted_residual_setting',
    `last_channel=${head.hidden?.out ?? 0}`,
    `num_classes=${arch.classes}`,
    ...(plain ? [] : [`norm_layer=${normText(norm)}`]),
    `dropout=${head.dropout}`
  ];
  const imports = [
    importLine('functools', ['partial']),
    '',
    ...(plain ? [] : [importLine('torch', ['nn'])]),
    importLine('torchvision.models.mobilenetv3', ['InvertedResidualConfig', 'MobileNetV3'])
  ];
  const body = [
    `bneck_conf = ${callText('partial', ['InvertedResidualConfig', 'width_mult=1.0'])}`,
    `inverted_residual_setting = ${longList([comment(m.rows_columns_v3()), ...rows])}`,
    `model = ${longCall('MobileNetV3', args)}`
  ];
  return { imports, body, issues };
}

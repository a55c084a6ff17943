/** @file Step 8, export: the one squeeze-and-excite layer that all rows of a timm network share. */
import type { Architecture, Gate, Issue, NL, SqueezeExcite } from '$lib/arch/architecture';
import { widthBefore } from '$lib/arch/rules';
import { toEights, type SqueezeRule } from '$lib/import/rows/timm-rounding';
import { m } from '$paraglide/messages';
import { ratioOf, squeezeRatio } from './timm-blocks';
import { callText } from './listing';

/** Classes of `torch.nn`; timm has none for the shifted swish. */
export const layerNames: Readonly<Record<NL, string | null>> = {
  linear: 'nn.Identity',
  relu: 'nn.ReLU',
  relu6: 'nn.ReLU6',
  hardSwish: 'nn.Hardswish',
  swish: 'nn.SiLU',
  shiftedSwish: null
};

/** `sigmoid` is the layer's own. */
const gateText: Readonly<Record<Gate, readonly string[]>> = {
  sigmoid: [],
  hardSigmoid: ["gate_layer='hard_sigmoid'"],
  linear: ['gate_layer=nn.Identity']
};

interface Gated {
  readonly index: number;
  readonly se: SqueezeExcite;
  readonly nl: NL;
}

/** Every squeeze-and-excite with the number and the non-linearity of its row. */
function gatedRows({ rows }: Architecture): readonly Gated[] {
  return rows.flatMap((row, index) => (row.kind === 'bneck' && row.se ? [{ index, se: row.se, nl: row.nl }] : []));
}

/** How many letters all ratios take under a rule; endless where one cannot be said. */
function lettersUnder(arch: Architecture, rule: SqueezeRule): number {
  let letters = 0;
  for (const [index, row] of arch.rows.entries()) {
    if (row.kind !== 'bneck' || !row.se) continue;
    const expansion = ratioOf(row, widthBefore(arch, index));
    const ratio = expansion === null ? null : squeezeRatio(row, expansion, rule);
    letters += ratio === null ? Infinity : String(ratio).length;
  }
  return letters;
}

/** The rounding under which the ratios are shortest: `MobileNetV3`s round to 8, `EfficientNet`s to whole numbers. */
export function squeezeRuleOf(arch: Architecture, efficientHead: boolean): SqueezeRule {
  const eights: SqueezeRule = { fromExpansion: efficientHead, rounding: toEights };
  const nearest: SqueezeRule = { fromExpansion: efficientHead, rounding: 'nearest' };
  const [first, second] = efficientHead ? [eights, nearest] : [nearest, eights];
  return lettersUnder(arch, second) < lettersUnder(arch, first) ? second : first;
}

/** The layer as an argument; nothing where it is timm's own or no row has one. */
export function squeezeLayer(arch: Architecture, { rounding }: SqueezeRule): string | null | readonly Issue[] {
  const rows = gatedRows(arch);
  const [first] = rows;
  if (!first) return null;
  const issues: Issue[] = [];
  const own = rows.every(({ se, nl }) => se.nl === nl);
  const forced = layerNames[first.se.nl];
  for (const { index, se } of rows) {
    if (se.gate !== first.se.gate) issues.push({ path: `rows.${index}.se.gate`, message: m.rows_squeeze_alike() });
    if (own) continue;
    if (se.nl !== first.se.nl) issues.push({ path: `rows.${index}.se.nl`, message: m.rows_squeeze_alike() });
    else if (forced === null) issues.push({ path: `rows.${index}.se.nl`, message: m.rows_nl() });
  }
  if (issues.length > 0) return issues;
  const args = [
    ...gateText[first.se.gate],
    ...(own ? [] : [`force_act_layer=${forced}`]),
    ...(rounding === 'nearest' ? [] : ['rd_round_fn=round_channels'])
  ];
  return args.length === 0 ? null : callText('partial', ['SqueezeExcite', ...args]);
}

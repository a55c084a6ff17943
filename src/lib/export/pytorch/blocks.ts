/** @file Step 8, export: the modules that a table's rows become in PyTorch source, and the loop that builds them. */
import type { Row } from '$lib/arch/architecture';
import { lastConvOf } from '$lib/arch/head-layers';
import { call, indented, laidOut, python, type Call } from '../python-text';
import { actArgument, convCall } from './layers';
import { gatesDiffer, type Plan } from './plan';
import { isDilated, rowName, separablesDiffer } from './rows';

/** Statements that append what is built, at `column`. */
const append = (to: string, what: Call, column: number): string => laidOut(call(`${to}.append`, what), column);

/** A depthwise convolution of a row: of `from` channels, `to` filters. */
function depthwise(plan: Plan, kind: Row['kind'], { from, to = from }: { from: string; to?: string }): Call {
  const dilation = isDilated(plan, kind) && 'row.dilation';
  return convCall(plan, [from, to, 'row.kernel', 'row.stride', dilation, `groups=${from}`, 'act=row.act']);
}

/** What the input is added through, as a statement of the constructor. */
function shortcutSetup(plan: Plan): string {
  const conv = laidOut(convCall(plan, ['width', 'row.out']), 12);
  const { shortcut } = plan.bneck;
  if (shortcut === 'none') return '';
  if (shortcut === 'identity') return python`self.residual = row.stride == 1 and width == row.out`;
  if (shortcut === 'conv')
    return python`
      self.shortcut: nn.Module | None = None
      if row.stride == 1:
          self.shortcut = nn.Identity() if width == row.out else ${conv}
    `;
  return python`
    self.shortcut: nn.Module | None = None
    if row.shortcut == "identity":
        self.shortcut = nn.Identity()
    elif row.shortcut == "conv":
        self.shortcut = ${conv}
  `;
}

function shortcutForward(plan: Plan, block: string): string {
  const { shortcut } = plan.bneck;
  if (shortcut === 'none') return python`return self.${block}(x)`;
  if (shortcut === 'identity') return python`return x + self.${block}(x) if self.residual else self.${block}(x)`;
  return python`
    out = self.${block}(x)
    return out if self.shortcut is None else out + self.shortcut(x)
  `;
}

/** Squeeze-and-excite in a row: before or after the projection, where the row has it. */
function gateStep(plan: Plan, late: boolean): string {
  const bnecks = plan.arch.rows.flatMap((row) => (row.kind === 'bneck' ? [row.se] : []));
  const differ = gatesDiffer(plan, 'late');
  const has = bnecks.some((se) => se && (differ || (se.place === 'afterProject') === late));
  if (!has) return '';
  const all = bnecks.every((se) => se);
  const asks = [!all && 'row.se', differ && `${late ? '' : 'not '}row.se.late`].filter((ask) => ask !== false);
  const step = append('layers', call('SqueezeExcite', late ? 'row.out' : 'row.exp', 'row.se'), 12);
  if (asks.length === 0) return step;
  return python`
    if ${asks.join(' and ')}:
        ${step}
  `;
}

function invertedResidual(plan: Plan): string {
  const { bneck } = plan;
  const block = bneck.v2 ? 'conv' : 'block';
  const expansion = convCall(plan, ['width', 'row.exp', 'act=row.act']);
  const asks = bneck.expand === null ? 'row.expand' : 'row.exp != width';
  const expand =
    bneck.expand === 'always'
      ? append('layers', expansion, 8)
      : python`
          if ${asks}:
              ${append('layers', expansion, 12)}
        `;
  // torchvision's V2 has no module around the projection and its norm.
  const project = bneck.v2
    ? python`layers += [nn.Conv2d(row.exp, row.out, 1, bias=False), NORM(row.out)]`
    : append('layers', convCall(plan, ['row.exp', 'row.out']), 8);
  return python`
    class InvertedResidual(nn.Module):
        """1x1 expansion, depthwise, linear 1x1 projection (MobileNetV2, section 3.3)."""

        def __init__(self, width: int, row: ${rowName(plan, 'bneck')}) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            ${expand}
            ${append('layers', depthwise(plan, 'bneck', { from: 'row.exp' }), 8)}
            ${gateStep(plan, false)}
            ${project}
            ${gateStep(plan, true)}
            self.${block} = nn.Sequential(*layers)
            ${shortcutSetup(plan)}

        def forward(self, x: Tensor) -> Tensor:
            ${shortcutForward(plan, block)}
  `;
}

function separableConv(plan: Plan): string {
  const normed = depthwise(plan, 'separable', { from: 'width' });
  const dilation = isDilated(plan, 'separable') && 'row.dilation';
  const args = ['width', 'width', 'row.kernel', 'row.stride', dilation, 'groups=width'];
  const plain = convCall(plan, args, { norm: null, bias: false });
  const pointwise = laidOut(convCall(plan, ['width', 'row.out', 'act=row.act']), 12, ',');
  const rows = plan.arch.rows.filter((row) => row.kind === 'separable');
  const mixed = separablesDiffer(plan);
  const head = mixed ? 'depthwise' : laidOut(rows[0]?.between === 'plain' ? plain : normed, 12, ',');
  return python`
    class SeparableConv(nn.Sequential):
        """Depthwise, then pointwise convolution (MobileNetV1, section 3.1)."""

        def __init__(self, width: int, row: ${rowName(plan, 'separable')}) -> None:
            ${
              mixed &&
              python`
                if row.normed:
                    depthwise = ${laidOut(normed, 24)}
                else:
                    depthwise = ${laidOut(plain, 24)}
              `
            }
            super().__init__(
                ${head},
                ${pointwise},
            )
  `;
}

/** The classes of the table's rows. */
export function blockClasses(plan: Plan): readonly string[] {
  return [
    ...(plan.kinds.includes('bneck') ? [invertedResidual(plan)] : []),
    ...(plan.kinds.includes('separable') ? [separableConv(plan)] : [])
  ];
}

/** Statements that turn one row into its module and go on to its width. */
function rowStep(plan: Plan, kind: Row['kind'], column: number): string {
  if (kind === 'squeezeExcite') return python`layers.append(SqueezeExcite(width, row.se))`;
  if (kind === 'depthwise') {
    const module = depthwise(plan, kind, { from: 'width', to: 'width * row.multiplier' });
    return `${append('layers', module, column)}\nwidth *= row.multiplier`;
  }
  const dilation = isDilated(plan, kind) && 'row.dilation';
  const conv = convCall(plan, ['width', 'row.out', 'row.kernel', 'row.stride', dilation, 'act=row.act']);
  const block = call(kind === 'bneck' ? 'InvertedResidual' : 'SeparableConv', 'width', 'row');
  return `${append('layers', kind === 'conv' ? conv : block, column)}\nwidth = row.out`;
}

function rowSteps(plan: Plan): string {
  const [first] = plan.kinds;
  if (first && plan.kinds.length === 1) return rowStep(plan, first, 8);
  const branches = plan.kinds.map((kind, i) => {
    const ask = python`${i === 0 ? 'if' : 'elif'} isinstance(row, ${rowName(plan, kind)}):`;
    return `${ask}\n    ${indented(rowStep(plan, kind, 12), '    ')}`;
  });
  return branches.join('\n');
}

/** The function that builds stem, rows and last convolution. */
export function layersFunction(plan: Plan): string {
  const { arch } = plan;
  const { stem } = arch;
  const last = lastConvOf(arch.head);
  const strided = stem?.stride === 2 && 'stride=2';
  const first =
    stem && convCall(plan, [String(arch.input[2]), 'width', String(stem.kernel), strided, actArgument(stem.nl)]);
  const end = last && convCall(plan, ['width', String(last.out), actArgument(last.nl)]);
  const docs = {
    both: python`The stem, a module for each row and the last convolution.`,
    stem: python`The stem and a module for each row.`,
    end: python`A module for each row and the last convolution.`,
    rows: python`A module for each row.`
  };
  const doc = first && end ? docs.both : first ? docs.stem : end ? docs.end : docs.rows;
  return python`
    def make_layers() -> list[nn.Module]:
        """${doc}"""
        width = ${stem?.out ?? arch.input[2]}
        layers: list[nn.Module] = [${first && laidOut(first, 31, ']')}]
        for row in TABLE:
            ${rowSteps(plan)}
        ${end && append('layers', end, 4)}
        return layers
  `;
}

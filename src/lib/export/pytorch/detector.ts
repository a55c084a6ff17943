/** @file Step 8, export: SSDLite in PyTorch source: backbone cut at C4, extra maps, predictors. */
import type { SsdliteHead } from '$lib/arch/architecture';
import { boxesPerCell } from '$lib/arch/default-boxes';
import { expands } from '$lib/ops/lower-row';
import { detectionGrids, detectorOf } from '$lib/task/boxes';
import { laidOut, python, pythonList, pythonTuple } from '../python-text';
import { boxCode } from './boxes';
import { highWidth, type NetworkText } from './heads';
import { actArgument, convCall } from './layers';
import { cutOf, shortcutOf, type Plan } from './plan';

/** Channels of C4: what the tapped row expands to, or what it reads. */
function tapWidth({ arch, widths }: Plan, tap: number): number {
  const row = arch.rows[tap];
  const width = widths[tap] ?? 0;
  return row?.kind === 'bneck' && expands(row, width) ? row.expSize : width;
}

/** Statements that cut the layers in two, and those that run them. */
function cutText(plan: Plan, head: SsdliteHead): { readonly setup: string; readonly run: string } {
  const { kind, at } = cutOf(plan, head.tap);
  const block = plan.bneck.v2 ? 'conv' : 'block';
  const halves = python`
    c4 = self.features[0](x)
    c5 = self.features[1](c4)
  `;
  if (kind === 'before')
    return {
      setup: python`
        # C4 is what layer ${at} reads.
        cut = [nn.Sequential(*layers[:${at}]), nn.Sequential(*layers[${at}:])]
        self.features = nn.ModuleList(cut)
      `,
      run: halves
    };
  if (kind === 'expansion')
    return {
      setup: python`
        # C4 is the expansion inside layer ${at}: the backbone is cut there.
        tapped = layers[${at}].${block}
        low = nn.Sequential(*layers[:${at}], tapped[0])
        high = nn.Sequential(tapped[1:], *layers[${at + 1}:])
        self.features = nn.ModuleList([low, high])
      `,
      run: halves
    };
  const row = plan.arch.rows[head.tap];
  const conv = row?.kind === 'bneck' && shortcutOf(row, plan.widths[head.tap] ?? 0) === 'conv';
  const explicit = conv || plan.bneck.shortcut !== 'identity';
  return {
    setup: python`
      # C4 is the expansion inside layer ${at}, which adds its input to what follows.
      self.tapped = layers[${at}]
      cut = [nn.Sequential(*layers[:${at}]), nn.Sequential(*layers[${at + 1}:])]
      self.features = nn.ModuleList(cut)
    `,
    run: python`
      x = self.features[0](x)
      c4 = self.tapped.${block}[0](x)
      x = ${explicit ? 'self.tapped.shortcut(x)' : 'x'} + self.tapped.${block}[1:](c4)
      c5 = self.features[1](x)
    `
  };
}

function backbone(plan: Plan, head: SsdliteHead): string {
  const like = { norm: head.norm, bias: head.norm === null };
  const act = actArgument(head.nl);
  const layers = [
    convCall(plan, ['width', 'mid', act], like),
    convCall(plan, ['mid', 'mid', '3', 'stride=2', 'groups=mid', act], like),
    convCall(plan, ['mid', 'out', act], like)
  ];
  const { setup, run } = cutText(plan, head);
  const extra = python`
    width = ${highWidth(plan, head.conv)}
    for mid, out in EXTRAS:
        block = nn.Sequential(
            ${layers.map((layer) => `${laidOut(layer, 16, ',')},`).join('\n')}
        )
        self.extra.append(block)
        width = out
  `;
  return python`
    class Backbone(nn.Module):
        """The maps that boxes stand on, finest first."""

        def __init__(self) -> None:
            super().__init__()
            layers = make_layers()
            ${setup}
            self.extra = nn.ModuleList()
            ${extra}

        def forward(self, x: Tensor) -> list[Tensor]:
            ${run}
            maps = [c4, c5]
            for layer in self.extra:
                maps.append(layer(maps[-1]))
            return maps
  `;
}

function predictor(plan: Plan, head: SsdliteHead): string {
  const like = { norm: head.norm, bias: head.norm === null };
  const depthwise = convCall(plan, ['width', 'width', '3', 'groups=width', actArgument(head.nl)], like);
  return python`
    class Predictor(nn.Module):
        """Numbers [N, default boxes, numbers] by a separable convolution on each map."""

        def __init__(self, numbers: int) -> None:
            super().__init__()
            self.numbers = numbers
            self.module_list = nn.ModuleList()
            for width, boxes in MAPS:
                depthwise = ${laidOut(depthwise, 24)}
                pointwise = nn.Conv2d(width, boxes * numbers, 1)
                self.module_list.append(nn.Sequential(depthwise, pointwise))

        def forward(self, maps: list[Tensor]) -> Tensor:
            rows: list[Tensor] = []
            for x, module in zip(maps, self.module_list):
                rows.append(module(x).permute(0, 2, 3, 1).reshape(len(x), -1, self.numbers))
            return torch.cat(rows, dim=1)
  `;
}

/** SSDLite: raw scores and box numbers, and the code that turns them into detections. */
export function detectorNetwork(plan: Plan, head: SsdliteHead): NetworkText {
  const { arch } = plan;
  const maps = [tapWidth(plan, head.tap), highWidth(plan, head.conv), ...head.extras.map(({ out }) => out)];
  const grids = detectionGrids(detectorOf(arch));
  const constants = python`
    # Channels and default boxes per cell of each map that boxes stand on, finest first.
    ${pythonList(
      'MAPS',
      maps.map((width, i) => pythonTuple([width, boxesPerCell(head.rule, i)]))
    )}
    # Rows and columns of those maps for an input of ${arch.input[0]} x ${arch.input[1]}.
    ${pythonList(
      'GRIDS',
      grids.map((grid) => pythonTuple(grid))
    )}
    # Channels inside and at the end of each extra map's block.
    ${pythonList(
      'EXTRAS',
      head.extras.map(({ mid, out }) => pythonTuple([mid, out]))
    )}
  `;
  const source = python`
    class SSDLite(nn.Module):
        """Rows [N, default boxes, num_classes + 4]: class scores, then four numbers of a box."""

        def __init__(self, num_classes: int = ${arch.classes}) -> None:
            super().__init__()
            self.backbone = Backbone()
            self.head = nn.ModuleDict(
                {
                    "classification_head": Predictor(num_classes),
                    "regression_head": Predictor(4),
                }
            )

        def forward(self, x: Tensor) -> Tensor:
            maps = self.backbone(x)
            scores = self.head["classification_head"](maps)
            return torch.cat([scores, self.head["regression_head"](maps)], dim=2)
  `;
  const sections = [constants, backbone(plan, head), predictor(plan, head), source, ...boxCode(head.rule)];
  return { name: 'SSDLite', sections };
}

/** @file Step 8, export: networks in PyTorch source under each head but the detector's. */
import type {
  ClassifierHead,
  DecoderHead,
  FeaturesHead,
  Gate,
  HeadLayer,
  LrasppHead,
  PoolWindow
} from '$lib/arch/architecture';
import { laidOut, python, pythonFloat, pythonTuple, tableOf } from '../python-text';
import { actModule, convCall, shortAct } from './layers';
import type { Plan } from './plan';

/** The class and everything it needs besides the table's layers. */
export interface NetworkText {
  readonly name: string;
  readonly sections: readonly string[];
}

/** Channels that the head reads: those of the last convolution or of the last row. */
export const highWidth = ({ widths }: Plan, conv: HeadLayer | null): number => conv?.out ?? widths.at(-1) ?? 0;

const picture = ({ arch }: Plan): string => `[N, ${arch.input[2]}, H, W]`;

const gateModule = (gate: Gate): string | false => gate !== 'linear' && `${actModule(gate)}(),`;

const resize = python`
  def resize(x: Tensor, like: Tensor) -> Tensor:
      """Bilinear, as high and wide as another map."""
      return F.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)
`;

/** Logits, by way of a hidden layer or not. */
export function classifierNetwork(plan: Plan, head: ClassifierHead): NetworkText {
  const { classes } = plan.arch;
  const width = highWidth(plan, head.conv);
  const { hidden } = head;
  const from = hidden?.out ?? width;
  const source = python`
    class MobileNet(nn.Module):
        """Logits [N, num_classes] of pictures ${picture(plan)}."""

        def __init__(self, num_classes: int = ${classes}, dropout: float = ${pythonFloat(head.dropout)}) -> None:
            super().__init__()
            self.features = nn.Sequential(*make_layers())
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.classifier = nn.Sequential(
                ${hidden && `nn.Linear(${width}, ${hidden.out}),`}
                ${hidden && hidden.nl !== 'linear' && `${actModule(hidden.nl)}(),`}
                nn.Dropout(dropout),
                nn.Linear(${from}, num_classes${!head.logitsBias && ', bias=False'}),
            )

        def forward(self, x: Tensor) -> Tensor:
            x = self.avgpool(self.features(x))
            return self.classifier(torch.flatten(x, 1))
  `;
  return { name: 'MobileNet', sections: [source] };
}

/** The maps of some rows. */
export function featuresNetwork(plan: Plan, head: FeaturesHead): NetworkText {
  const source = python`
    class Backbone(nn.Module):
        """Maps of some layers, of pictures ${picture(plan)}."""

        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(*make_layers())

        def forward(self, x: Tensor) -> list[Tensor]:
            maps: list[Tensor] = []
            for layer in self.features:
                x = layer(x)
                maps.append(x)
            return [maps[index] for index in OUT_INDICES]
  `;
  const indices = head.outIndices.map((row) => row + plan.offset);
  const constant = python`
    # The layers whose maps are the answer${plan.offset === 1 && python`; 0 is the stem`}.
    OUT_INDICES = ${pythonTuple(indices)}
  `;
  return { name: 'Backbone', sections: [constant, source] };
}

const windowPool = ({ kernel: [tall, wide], stride: [down, along] }: PoolWindow): string => python`
  class WindowPool(nn.Module):
      """Means of windows of ${tall} x ${wide} pixels, cut to the map where it is smaller."""

      def forward(self, x: Tensor) -> Tensor:
          window = (min(${tall}, x.shape[2]), min(${wide}, x.shape[3]))
          return F.avg_pool2d(x, window, stride=(${down}, ${along}))
`;

const lrasppHead = (plan: Plan, head: LrasppHead): string => {
  const like = { norm: head.norm, bias: head.norm === null };
  const cbr = convCall(plan, ['high', 'filters', 'act=nn.ReLU'], like);
  const pool = head.pool === 'global' ? 'nn.AdaptiveAvgPool2d(1),' : 'WindowPool(),';
  const scaled =
    head.pool === 'global'
      ? python`x = self.cbr(high) * self.scale(high)`
      : python`
          x = self.cbr(high)
          x = x * resize(self.scale(high), x)
        `;
  return python`
    class LRASPPHead(nn.Module):
        """A gated 1x1 context joined with a finer map (MobileNetV3, section 6.4)."""

        def __init__(self, low: int, high: int, filters: int, num_classes: int) -> None:
            super().__init__()
            self.cbr = ${laidOut(cbr, 19)}
            self.scale = nn.Sequential(
                ${pool}
                nn.Conv2d(high, filters, 1, bias=False),
                ${gateModule(head.gate)}
            )
            self.low_classifier = nn.Conv2d(low, num_classes, 1)
            self.high_classifier = nn.Conv2d(filters, num_classes, 1)

        def forward(self, low: Tensor, high: Tensor) -> Tensor:
            ${scaled}
            return self.low_classifier(low) + self.high_classifier(resize(x, low))
  `;
};

/** LR-ASPP: class maps as large as the picture. */
export function lrasppNetwork(plan: Plan, head: LrasppHead): NetworkText {
  const at = head.low + plan.offset + 1;
  const low = plan.widths[head.low + 1] ?? 0;
  const source = python`
    class LRASPP(nn.Module):
        """Class scores [N, num_classes, H, W] of pictures ${picture(plan)}."""

        def __init__(self, num_classes: int = ${plan.arch.classes}) -> None:
            super().__init__()
            self.backbone = nn.Sequential(*make_layers())
            self.classifier = LRASPPHead(${low}, ${highWidth(plan, head.conv)}, ${head.filters}, num_classes)

        def forward(self, x: Tensor) -> Tensor:
            low = self.backbone[:${at}](x)
            high = self.backbone[${at}:](low)
            return resize(self.classifier(low, high), x)
  `;
  const windows = head.pool === 'global' ? [] : [windowPool(head.pool)];
  return { name: 'LRASPP', sections: [resize, ...windows, lrasppHead(plan, head), source] };
}

const decoderStage = (plan: Plan): string => {
  const up = laidOut(convCall(plan, ['width', 'stage.skip']), 18);
  const refine = laidOut(convCall(plan, ['stage.skip', 'stage.skip', 'act=stage.act']), 22);
  const args = ['stage.skip', 'stage.skip', 'stage.kernel', 'groups=stage.skip', 'act=stage.act'];
  const depthwise = laidOut(convCall(plan, args), 25);
  return python`
    class DecoderStage(nn.Module):
        """Grows to a finer map, gates that by the sum of both, adds, refines."""

        def __init__(self, width: int, stage: Stage) -> None:
            super().__init__()
            self.up = ${up}
            self.gate = nn.Sequential(
                nn.AdaptiveAvgPool2d(1),
                nn.Conv2d(stage.skip, stage.squeeze, 1),
                stage.act(),
                nn.Conv2d(stage.squeeze, stage.skip, 1),
                nn.Sigmoid(),
            )
            self.refine = ${refine}
            self.depthwise = ${depthwise}

        def forward(self, x: Tensor, skip: Tensor) -> Tensor:
            up = self.up(resize(x, skip))
            x = self.refine(up + skip * self.gate(up + skip))
            return x + self.depthwise(x)
  `;
};

const stageTable = (plan: Plan, head: DecoderHead): string => {
  return tableOf(
    'STAGES',
    head.stages.map(({ skip, squeeze, kernel, nl }) => ({
      name: 'Stage',
      cells: [
        { header: 'column', text: String(skip) },
        { header: 'skip', text: String(plan.widths[skip]) },
        { header: 'squeeze', text: String(squeeze) },
        { header: 'kernel', text: String(kernel) },
        { header: 'act', text: shortAct(nl) }
      ]
    }))
  );
};

/** Encoder-decoder: masks. */
export function decoderNetwork(plan: Plan, head: DecoderHead): NetworkText {
  const high = highWidth(plan, null);
  const column = plan.offset === 1 ? python`0 is the stem` : python`0 is the picture`;
  const context = convCall(plan, [String(high), 'width', 'act=nn.ReLU']);
  const stage = python`
    class Stage(NamedTuple):
        """A step of the decoder."""

        column: int  # the map joined in: ${column}, 1 the first row
        skip: int  # its channels
        squeeze: int
        kernel: int
        act: type[nn.Module]
  `;
  const mask = python`self.mask(x)`;
  const source = python`
    class Segmenter(nn.Module):
        """Masks [N, num_classes, H, W] of pictures ${picture(plan)}."""

        def __init__(self, num_classes: int = ${plan.arch.classes}) -> None:
            super().__init__()
            width = ${head.filters}
            self.features = nn.Sequential(*make_layers())
            self.context = ${laidOut(context, 23)}
            self.gate = nn.Sequential(
                nn.AdaptiveAvgPool2d(1),
                nn.Conv2d(${high}, width, 1),
                ${gateModule(head.gate)}
            )
            self.stages = nn.ModuleList()
            for stage in STAGES:
                self.stages.append(DecoderStage(width, stage))
                width = stage.skip
            self.mask = nn.ConvTranspose2d(width, num_classes, 2, stride=2)

        def forward(self, x: Tensor) -> Tensor:
            maps: list[Tensor] = [${plan.offset === 0 && 'x'}]
            for layer in self.features:
                x = layer(x)
                maps.append(x)
            x = self.context(x) * self.gate(x)
            for stage, module in zip(STAGES, self.stages):
                x = module(x, maps[stage.column])
            return ${head.out === 'sigmoid' ? `torch.sigmoid(${mask})` : mask}
  `;
  return { name: 'Segmenter', sections: [stage, stageTable(plan, head), resize, decoderStage(plan), source] };
}

/** @file Step 8, export: the classes of PyTorch source that a row is built of: convolution with norm, squeeze-and-excite. */
import type { Gate, NL, Norm } from '$lib/arch/architecture';
import { call, laidOut, python, pythonFloat, type Call, type Code } from '../python-text';
import { gatesDiffer, type GateFacts, type Plan } from './plan';

/** Short names, as the papers' tables have them, and the modules they stand for. */
export const actModules: Readonly<Record<NL | Gate, readonly [short: string, module: string]>> = {
  linear: ['ID', 'nn.Identity'],
  relu: ['RE', 'nn.ReLU'],
  relu6: ['R6', 'nn.ReLU6'],
  hardSwish: ['HS', 'nn.Hardswish'],
  swish: ['SW', 'nn.SiLU'],
  shiftedSwish: ['SS', 'ShiftedSwish'],
  hardSigmoid: ['HSIG', 'nn.Hardsigmoid'],
  sigmoid: ['SIG', 'nn.Sigmoid']
};

export const shortAct = (act: NL | Gate): string => actModules[act][0];
export const actModule = (act: NL | Gate): string => actModules[act][1];

/** The argument that names a non-linearity; none where there is none. */
export const actArgument = (act: NL | Gate): string | false => act !== 'linear' && `act=${shortAct(act)}`;

/** The class of a convolution with what follows it. */
export const convName = ({ normed }: Plan): string => (normed ? 'ConvNormAct' : 'ConvAct');

/** The name of a norm among the constants: the table's own or that of the head. */
export const normName = ({ arch }: Plan, norm: Norm | null): string => {
  if (!norm) return 'None';
  const own = norm.epsilon === arch.norm?.epsilon && norm.momentum === arch.norm.momentum;
  return own ? 'NORM' : 'HEAD_NORM';
};

/** A call of the convolution class; `like` is norm and bias where they are not the table's. */
export function convCall(
  plan: Plan,
  args: readonly (Code | null | false)[],
  like: { readonly norm: Norm | null; readonly bias: boolean } = { norm: plan.arch.norm, bias: ownBias(plan) }
): Call {
  const norm = normName(plan, like.norm);
  const differs = norm !== normName(plan, plan.arch.norm);
  const bias = like.bias !== ownBias(plan) && `bias=${like.bias ? 'True' : 'False'}`;
  return call(convName(plan), ...args, differs && `norm=${norm}`, bias);
}

const ownBias = ({ arch }: Plan): boolean => arch.norm === null && arch.convBias;

/** Constants of the norms that are used. */
export function normConstants(plan: Plan): string {
  const { arch, lowered } = plan;
  const norms = lowered.ops.flatMap((op) => ('norm' in op && op.norm ? [op.norm] : []));
  const all = [...(arch.norm ? [arch.norm] : []), ...norms];
  const lines = all.map((norm) => {
    // TensorFlow's momentum is the share that is kept, PyTorch's the share that is new.
    const settings = `eps=${pythonFloat(norm.epsilon)}, momentum=${pythonFloat(1 - norm.momentum)}`;
    return `${normName(plan, norm)} = partial(nn.BatchNorm2d, ${settings})`;
  });
  return [...new Set(lines)].join('\n');
}

export const shiftedSwish = python`
  class ShiftedSwish(nn.Module):
      """x * sigmoid(x + 3) / 6."""

      def forward(self, x: Tensor) -> Tensor:
          return x * torch.sigmoid(x + 3) / 6
`;

/** TensorFlow's padding depends on the size of the map, so that the layer pads what it reads. */
export const sameConv = python`
  class SameConv2d(nn.Conv2d):
      """Convolution padded as TensorFlow's SAME: to ceil(size / stride), the odd zero last."""

      def forward(self, x: Tensor) -> Tensor:
          (kernel, _), (stride, _), (dilation, _) = self.kernel_size, self.stride, self.dilation
          pads: list[int] = []
          for size in (x.shape[3], x.shape[2]):
              covered = (-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1
              total = max(0, covered - size)
              pads += [total // 2, total - total // 2]
          return super().forward(F.pad(x, pads) if any(pads) else x)
`;

/** Convolution, norm and non-linearity in one class, with only the arguments that the table uses. */
export function convClass(plan: Plan): string {
  const { arch, normVaries, biasVaries, dilated, normed } = plan;
  const own = arch.norm ? 'NORM' : 'None';
  const bias = ownBias(plan) ? 'True' : 'False';
  const conv = call(
    arch.padding === 'same' ? 'SameConv2d' : 'nn.Conv2d',
    'width',
    'out',
    'kernel',
    'stride',
    arch.padding === 'symmetric' && `padding=kernel // 2${dilated ? ' * dilation' : ''}`,
    dilated && 'dilation=dilation',
    'groups=groups',
    `bias=${biasVaries ? 'bias' : bias}`
  );
  const what = normed ? python`Convolution, batch norm, non-linearity` : python`Convolution and non-linearity`;
  return python`
    class ${convName(plan)}(nn.Sequential):
        """${what}; width channels in, out channels out."""

        def __init__(
            self,
            width: int,
            out: int,
            kernel: int = 1,
            stride: int = 1,
            ${dilated && python`dilation: int = 1,`}
            groups: int = 1,
            act: type[nn.Module] | None = None,
            ${normVaries && python`norm: Callable[[int], nn.Module] | None = ${own},`}
            ${biasVaries && python`bias: bool = ${bias},`}
        ) -> None:
            layers: list[nn.Module] = [
                ${laidOut(conv, 12, ',')},
                ${!normVaries && arch.norm && 'NORM(out),'}
            ]
            ${
              normVaries &&
              python`
              if norm is not None:
                  layers.append(norm(out))
            `
            }
            if act is not None:
                layers.append(act())
            super().__init__(*layers)
  `;
}

/** Code for a fact of squeeze-and-excite: a field of its tuple where the table's rows differ in it. */
const gateCode = (plan: Plan, fact: keyof GateFacts, constant: string): string =>
  gatesDiffer(plan, fact) ? `se.${fact === 'nl' ? 'act' : fact}` : constant;

/** Whether a row says more of its squeeze-and-excite than its channels. */
export const gatesAreTuples = (plan: Plan): boolean =>
  (['nl', 'gate', 'bias', 'norm', 'late'] as const).some((fact) => gatesDiffer(plan, fact));

/** Whether both layers of squeeze-and-excite are built by the convolution class. */
export const gatesAreConvs = ({ gates }: Plan): boolean => gates.some(({ norm }) => norm);

/** One layer of squeeze-and-excite. */
function gateLayer(plan: Plan, [from, to]: readonly [string, string], act: string): Call {
  const bias = gateCode(plan, 'bias', plan.gates[0]?.bias === false ? 'False' : 'True');
  if (!gatesAreConvs(plan)) return call('nn.Conv2d', from, to, '1', bias !== 'True' && `bias=${bias}`);
  const mixed = gatesDiffer(plan, 'norm') && python`norm=NORM if se.norm else None`;
  return call(convName(plan), from, to, `act=${act}`, mixed, mixed && plan.biasVaries && `bias=${bias}`);
}

/** Squeeze-and-excite with the settings of the table's rows, or with those that a row hands in. */
export function squeezeExciteClass(plan: Plan): string {
  const [first] = plan.gates;
  if (!first) return '';
  const tuples = gatesAreTuples(plan);
  const squeeze = tuples ? 'se.channels' : 'squeeze';
  const act = gateCode(plan, 'nl', actModule(first.nl));
  const gate = gateCode(plan, 'gate', actModule(first.gate));
  const convs = gatesAreConvs(plan);
  const layer = (from: string, to: string, by: string): string =>
    laidOut(gateLayer(plan, [from, to], by), 'self.fc1 = '.length + 8);
  return python`
    class SqueezeExcite(nn.Module):
        """Scales channels by gates computed from their means (MobileNetV3, section 5.3)."""

        def __init__(self, width: int, ${tuples ? python`se: SE` : python`squeeze: int`}) -> None:
            super().__init__()
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.fc1 = ${layer('width', squeeze, act)}
            self.fc2 = ${layer(squeeze, 'width', gate)}
            ${!convs && `self.act = ${act}()`}
            ${!convs && `self.gate = ${gate}()`}

        def forward(self, x: Tensor) -> Tensor:
            ${convs ? 'return x * self.fc2(self.fc1(self.avgpool(x)))' : python`return x * self.gate(self.fc2(self.act(self.fc1(self.avgpool(x)))))`}
  `;
}

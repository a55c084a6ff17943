/** @file Step 8, export: Keras source of what every block is made of: convolutions with norm, non-linearities, padding. */
import { unreachable } from '$lib/base/assert';
import type { Activation } from '$lib/ops/op';
import { activationCode, activationEnd } from './names';
import { usualBias, type KerasStyle, type WindowUse } from './style';
import { applied, args, blocks, lines, python, pythonLiteral } from '../python-text';

const hardSigmoid = python`
  def hard_sigmoid(x, name):
      """ReLU6(x + 3) / 6, in layers: Keras 2 and Keras 3 disagree about their own."""
      x = layers.Rescaling(1.0, offset=3.0, name=name + "_plus3")(x)
      x = layers.ReLU(max_value=6.0, name=name + "_relu6")(x)
      return layers.Rescaling(1.0 / 6.0, name=name + "_hard_sigmoid")(x)
`;

/** What an activation gives, as an expression of x; `shiftedSwish` needs a line before it. */
function activated(nl: Activation): string {
  const name = `name=name + "${activationEnd[nl]}"`;
  switch (nl) {
    case 'linear':
      return '';
    case 'relu':
      return python`return layers.ReLU(${name})(x)`;
    case 'relu6':
      return python`return layers.ReLU(max_value=6.0, ${name})(x)`;
    case 'hardSwish':
      return python`return layers.Multiply(${name})([x, hard_sigmoid(x, name)])`;
    case 'swish':
      return python`return layers.Activation("swish", ${name})(x)`;
    case 'shiftedSwish':
      return python`
        gate = layers.Rescaling(1.0, offset=3.0, name=name + "_plus3")(x)
        gate = layers.Activation("sigmoid", name=name + "_sigmoid")(gate)
        gate = layers.Rescaling(1.0 / 6.0, name=name + "_sixth")(gate)
        return layers.Multiply(${name})([x, gate])
      `;
    case 'hardSigmoid':
      return python`return hard_sigmoid(x, name)`;
    case 'sigmoid':
      return python`return layers.Activation("sigmoid", ${name})(x)`;
    default:
      return unreachable(nl);
  }
}

const order: readonly Activation[] = ['relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish', 'hardSigmoid', 'sigmoid'];

const meanings: Partial<Readonly<Record<Activation, string>>> = {
  relu: python`RE is ReLU`,
  relu6: python`R6 is ReLU6`,
  hardSwish: python`HS is h-swish`,
  swish: python`SW is swish`,
  shiftedSwish: python`SS is x sigmoid(x + 3) / 6`
};

/** What the short names of non-linearities in use stand for. */
export const activationMeanings = ({ activations }: KerasStyle): string =>
  order.flatMap((nl) => (activations.has(nl) ? (meanings[nl] ?? []) : [])).join(', ');

function activation(style: KerasStyle): string {
  const cases = order
    .filter((nl) => style.activations.has(nl))
    .map(
      (nl) => python`
        if nl == ${activationCode[nl]}:
            ${activated(nl)}
      `
    );
  return python`
    def activation(x, nl, name):
        """The non-linearity of a layer; None leaves it linear."""
        ${lines(...cases)}
        return x
  `;
}

const pad = python`
  def pad(x, kernel, stride, name):
      """Zeros as PyTorch has them: half a kernel on every side, at stride 2 as well."""
      if stride == 1 or kernel == 1:
          return x, "same"
      return layers.ZeroPadding2D(kernel // 2, name=name + "_pad")(x), "valid"
`;

/** On maps of even size SAME padding of stride 2 begins one pixel later than that of stride 1. */
function thin({ arch }: KerasStyle): string {
  const crop = python`
    odd = [(1 - side % 2, 0) for side in x.shape[1:3]]  # where SAME padding begins at stride 2
    x = layers.Cropping2D(odd, name=name + "_crop")(x)
  `;
  return python`
    def thin(x, stride, name):
        """Every second pixel: TensorFlow has no convolution with both a stride and a dilation."""
        ${arch.padding === 'same' ? crop : ''}
        return layers.MaxPooling2D(1, strides=stride, name=name + "_thin")(x)
  `;
}

function normAct({ conv, depthwise, normed }: KerasStyle): string {
  if (!normed) return '';
  const varies = conv.normVaries || depthwise.normVaries;
  const missing = [conv, depthwise].some((use) => use.normVaries && use.bare);
  const norm = python`x = layers.BatchNormalization(name=name + "_bn", **${varies ? 'norm' : 'NORM'})(x)`;
  const maybe = python`
    if norm:
        ${norm}
  `;
  return python`
    def norm_act(x, nl, name${varies ? ', norm=NORM' : ''}):
        """${missing ? python`Batch norm where there is one` : python`Batch norm`} and non-linearity."""
        ${missing ? maybe : norm}
        return activation(x, nl, name)
  `;
}

/** One of the two functions that convolve. */
function convolution(style: KerasStyle, kind: 'conv' | 'depthwise'): string {
  const { arch } = style;
  const use: WindowUse = style[kind];
  if (!use.used) return '';
  const full = kind === 'conv';
  const multiplied = !full && style.multiplied;
  const step = use.thinned ? 'step' : 'stride';
  const padding = use.padded ? 'padding' : arch.padding === 'valid' ? '"valid"' : '"same"';
  const call = applied({
    to: 'x',
    layer: full ? 'Conv2D' : 'DepthwiseConv2D',
    from: 'x',
    args: args(
      full && 'out',
      'kernel',
      multiplied && 'depth_multiplier=multiplier',
      use.strided && `strides=${step}`,
      use.dilated && 'dilation_rate=dilation',
      `padding=${padding}`,
      use.useBias !== 'True' && `use_bias=${use.useBias}`,
      'name=name'
    )
  });
  const given = args(
    'x',
    full && 'out',
    python`kernel, nl, name`,
    use.strided && 'stride=1',
    use.dilated && 'dilation=1',
    multiplied && 'multiplier=1',
    use.normVaries && 'norm=NORM',
    use.biasVaries && `bias=${pythonLiteral(usualBias(style))}`
  );
  const does = full ? python`Convolution` : python`Depthwise convolution`;
  const finish = use.normed
    ? python`norm_act(x, nl, name${use.normVaries ? ', norm' : ''})`
    : python`activation(x, nl, name)`;
  const thinned = python`
    if step < stride:
        x = thin(x, stride, name)
  `;
  return python`
    def ${kind}_norm_act(${given}):
        """${does}${use.normed ? python`, batch norm` : ''} and non-linearity."""
        ${use.thinned ? python`step = 1 if dilation > 1 else stride` : ''}
        ${use.padded ? python`x, padding = pad(x, kernel, ${step}, name)` : ''}
        ${call}
        ${use.thinned ? thinned : ''}
        return ${finish}
  `;
}

/** Bilinear resize, for the heads that need one. */
export const resize = python`
  def resize(x, like, name):
      """Bilinear, with half-pixel centres, to the height and width of another map."""
      return layers.Resizing(like.shape[1], like.shape[2], interpolation="bilinear", name=name)(x)
`;

/** The functions all blocks are built of, those that the table needs. */
export function layerFunctions(style: KerasStyle): string {
  const { activations, conv, depthwise, ops } = style;
  const convolves = conv.used || depthwise.used;
  return blocks(
    (activations.has('hardSigmoid') || activations.has('hardSwish')) && hardSigmoid,
    (convolves || [...activations].some((nl) => nl !== 'linear')) && activation(style),
    (conv.padded || depthwise.padded) && pad,
    (conv.thinned || depthwise.thinned) && thin(style),
    convolves && normAct(style),
    convolution(style, 'conv'),
    convolution(style, 'depthwise'),
    ops.some(({ kind }) => kind === 'resize') && resize
  );
}

/** @file Step 8, export: Keras source of the heads: classifier, LR-ASPP, SSDLite, decoder. */
import type { ClassifierHead, DecoderHead, Gate, HeadLayer, LrasppHead, SsdliteHead } from '$lib/arch/architecture';
import { boxesPerCell } from '$lib/arch/default-boxes';
import { unreachable } from '$lib/base/assert';
import { rowId } from '$lib/ops/lower-row';
import { activationCode, activationEnd, layerName } from './names';
import { normArgs, type KerasStyle } from './style';
import { blocks, lines, python, pythonList, pythonLiteral, pythonTuple, tableOf } from '../python-text';

/** What a head adds to the source. */
export interface HeadSource {
  /** Constants and named tuples, above the functions. */
  readonly data: string;
  readonly functions: string;
  /** The end of `build_model`, from the last map `x` and, where `maps` says so, those after stem and rows. */
  readonly end: string;
  readonly maps: boolean;
}

const lastConv = (conv: HeadLayer | null, to = 'x'): string =>
  conv === null ? '' : python`${to} = conv_norm_act(${to}, ${conv.out}, 1, ${activationCode[conv.nl]}, "head_conv")`;

/** `activation(…)` of a layer by its full name, unless it is linear. */
const activate = (to: string, nl: HeadLayer['nl'] | Gate, name: string): string =>
  nl === 'linear' ? '' : python`${to} = activation(${to}, ${activationCode[nl]}, "${name}")`;

function classifier(_: KerasStyle, head: ClassifierHead): HeadSource {
  const { hidden, dropout, logitsBias } = head;
  const dense = hidden && python`x = layers.Dense(${hidden.out}, name="head_hidden")(x)`;
  const bias = logitsBias ? '' : ', use_bias=False';
  return {
    data: '',
    maps: false,
    end: python`x = classifier(x, classes)`,
    functions: python`
      def classifier(x, classes):
          """Logits [n, classes]; a softmax turns them into probabilities."""
          ${lastConv(head.conv)}
          x = layers.GlobalAveragePooling2D(name="head_pool")(x)
          ${dense ?? ''}
          ${hidden ? activate('x', hidden.nl, 'head_hidden') : ''}
          ${dropout > 0 ? python`x = layers.Dropout(${dropout}, name="head_dropout")(x)` : ''}
          return layers.Dense(classes${bias}, name="head_logits")(x)
    `
  };
}

/** The gate over the whole map: [n, 1, 1, filters]. */
function globalGate(filters: number, gate: Gate, from: { readonly map: string; readonly bias: boolean }): string {
  const bias = from.bias ? '' : ', use_bias=False';
  return python`
    gate = layers.GlobalAveragePooling2D(name="head_gate_pool")(${from.map})
    gate = layers.Dense(${filters}${bias}, name="head_gate")(gate)
    ${activate('gate', gate, 'head_gate')}
    gate = layers.Reshape((1, 1, ${filters}), name="head_gate_map")(gate)
  `;
}

function lraspp(style: KerasStyle, head: LrasppHead): HeadSource {
  const { filters, gate, norm, pool } = head;
  const windows = (window: Exclude<LrasppHead['pool'], 'global'>): string => python`
    window = [min(side, most) for side, most in zip(${pythonTuple(window.kernel)}, high.shape[1:3])]
    gate = layers.AveragePooling2D(window, strides=${pythonTuple(window.stride)}, name="head_gate_pool")(high)
    gate = layers.Conv2D(${filters}, 1, use_bias=False, name="head_gate")(gate)
    ${activate('gate', gate, 'head_gate')}
    gate = resize(gate, x, "head_gate_resize")
  `;
  return {
    data: '',
    maps: true,
    end: python`x = lraspp(x, maps[${head.low + 1}], input_shape, classes)`,
    functions: python`
      def lraspp(high, low, input_shape, classes):
          """LR-ASPP (MobileNetV3, section 6.4): a map of class scores as large as the picture."""
          ${lastConv(head.conv, 'high')}
          x = conv_norm_act(high, ${filters}, 1, "RE", "head_context"${normArgs(style, 'conv', { norm, bias: true })})
          ${pool === 'global' ? globalGate(filters, gate, { map: 'high', bias: false }) : windows(pool)}
          x = layers.Multiply(name="head_gate_scale")([x, gate])
          x = resize(x, low, "head_up")
          x = layers.Conv2D(classes, 1, name="head_high")(x)
          low = layers.Conv2D(classes, 1, name="head_low")(low)
          x = layers.Add(name="head_sum")([x, low])
          height, width = input_shape[:2]
          return layers.Resizing(height, width, interpolation="bilinear", name="head_classes")(x)
    `
  };
}

/** C4: the last layer of the tapped row's expansion; null where the row has none. */
function tappedLayer({ ops }: KerasStyle, head: SsdliteHead): string | null {
  const op = ops.find(({ id }) => id === `${rowId(head.tap)}.expand`);
  if (op?.kind !== 'conv') return null;
  const end = op.nl === 'linear' ? (op.norm ? '_bn' : '') : activationEnd[op.nl];
  return layerName(op.id) + end;
}

function ssdlite(style: KerasStyle, head: SsdliteHead): HeadSource {
  const { extras, norm, rule } = head;
  const nl = activationCode[head.nl];
  const own = normArgs(style, 'conv', { norm, bias: true });
  const deep = normArgs(style, 'depthwise', { norm, bias: true });
  const boxes = Array.from({ length: extras.length + 2 }, (_, index) => boxesPerCell(rule, index));
  const stride = style.depthwise.strided ? ', stride=2' : '';
  const tapped = tappedLayer(style, head);
  const c4 = tapped === null ? `maps[${head.tap}]` : python`keras.Model(picture, x).get_layer("${tapped}").output`;
  const pairs = extras.map(({ mid, out }) => pythonTuple([mid, out]));
  const extraMaps = python`
    for index, (mid, out) in enumerate(EXTRAS, start=1):
        name = f"head_extra{index}"
        x = conv_norm_act(x, mid, 1, ${nl}, name + "_squeeze"${own})
        x = depthwise_norm_act(x, 3, ${nl}, name + "_depthwise"${stride}${deep})
        x = conv_norm_act(x, out, 1, ${nl}, name + "_project"${own})
        maps.append(x)
  `;
  return {
    data: lines(
      extras.length > 0 && python`# Squeezed and final width of each further map.`,
      extras.length > 0 && pythonList('EXTRAS', pairs),
      python`BOXES = ${pythonTuple(boxes)}  # default boxes in each cell of the maps`
    ),
    maps: tapped === null,
    end: python`x = ssdlite(${c4}, x, classes)`,
    functions: blocks(
      python`
        def predictions(maps, width, name):
            """So many numbers for each default box: [n, boxes of all maps, width]."""
            parts = []
            for index, (x, boxes) in enumerate(zip(maps, BOXES), start=1):
                x = depthwise_norm_act(x, 3, ${nl}, f"{name}{index}_depthwise"${deep})
                x = layers.Conv2D(boxes * width, 1, name=f"{name}{index}_predict")(x)
                parts.append(layers.Reshape((-1, width), name=f"{name}{index}_rows")(x))
            return layers.Concatenate(axis=1, name=name)(parts)
      `,
      python`
        def ssdlite(c4, x, classes):
            """SSDLite (MobileNetV2, section 6.2): [n, boxes, classes + 4], which detect() reads."""
            ${lastConv(head.conv)}
            maps = [c4, x]
            ${extras.length > 0 ? extraMaps : ''}
            scores = predictions(maps, classes, "head_classes")
            moves = predictions(maps, 4, "head_boxes")
            return layers.Concatenate(axis=-1, name="head_detections")([scores, moves])
      `
    )
  };
}

const stageFunction = python`
  def decoder_stage(x, skip, stage, name):
      """Up to the size of an earlier map, which is gated by the sum of both and added."""
      channels = skip.shape[-1]
      x = resize(x, skip, name + "_resize")
      x = conv_norm_act(x, channels, 1, None, name + "_up")
      gate = layers.Add(name=name + "_sum")([x, skip])
      gate = layers.GlobalAveragePooling2D(name=name + "_pool")(gate)
      gate = layers.Dense(stage.squeeze, name=name + "_squeeze")(gate)
      gate = activation(gate, stage.nl, name + "_squeeze")
      gate = layers.Dense(channels, name=name + "_excite")(gate)
      gate = activation(gate, "sigmoid", name + "_excite")
      gate = layers.Reshape((1, 1, channels), name=name + "_gate")(gate)
      skip = layers.Multiply(name=name + "_scale")([skip, gate])
      x = layers.Add(name=name + "_join")([skip, x])
      x = conv_norm_act(x, channels, 1, stage.nl, name + "_refine")
      y = depthwise_norm_act(x, stage.kernel, stage.nl, name + "_depthwise")
      return layers.Add(name=name + "_add")([y, x])
`;

function decoder(_: KerasStyle, { filters, gate, stages, out }: DecoderHead): HeadSource {
  const rows = stages.map(({ skip, squeeze, kernel, nl }) => ({
    name: 'Stage',
    cells: [
      { header: 'skip', text: pythonLiteral(skip) },
      { header: 'squeeze', text: pythonLiteral(squeeze) },
      { header: 'kernel', text: pythonLiteral(kernel) },
      { header: 'nl', text: activationCode[nl] }
    ]
  }));
  const table = lines(
    python`Stage = namedtuple("Stage", "skip squeeze kernel nl")`,
    python`# Skip 0 is the map that the first row reads, skip i the one that row i gives.`,
    tableOf('STAGES', rows)
  );
  const climb = python`
    for index, stage in enumerate(STAGES, start=1):
        x = decoder_stage(x, maps[stage.skip], stage, f"head_stage{index}")
  `;
  return {
    data: stages.length > 0 ? table : '',
    maps: true,
    end: python`x = decoder(x, maps, classes)`,
    functions: blocks(
      stages.length > 0 && stageFunction,
      python`
        def decoder(x, maps, classes):
            """A gated context, up the earlier maps to half the picture, then doubled: class masks."""
            ${globalGate(filters, gate, { map: 'x', bias: true })}
            x = conv_norm_act(x, ${filters}, 1, "RE", "head_context")
            x = layers.Multiply(name="head_gate_scale")([x, gate])
            ${stages.length > 0 ? climb : ''}
            x = layers.Conv2DTranspose(classes, 2, strides=2, name="head_mask")(x)
            return ${out === 'linear' ? 'x' : python`activation(x, ${activationCode[out]}, "head_mask")`}
      `
    )
  };
}

/** The source of a table's head. */
export function headSource(style: KerasStyle): HeadSource {
  const { head } = style.arch;
  if (head.kind === 'classifier') return classifier(style, head);
  if (head.kind === 'lraspp') return lraspp(style, head);
  if (head.kind === 'ssdlite') return ssdlite(style, head);
  if (head.kind === 'decoder') return decoder(style, head);
  if (head.kind === 'features') {
    const indices = head.outIndices.map((index) => index + 1);
    const data = python`OUTPUTS = ${pythonTuple(indices)}  # rows whose maps are the answer, 1 the first`;
    return { data, functions: '', maps: true, end: python`x = [maps[row] for row in OUTPUTS]` };
  }
  return unreachable(head);
}

/** @file Step 8, export: a table as Keras source (Keras 3, or 2.6 and later), with its weights beside it. */
import type { Architecture, Norm } from '$lib/arch/architecture';
import type { Tensors } from '$lib/weights/checkpoint';
import { writeSafetensors } from '$lib/weights/safetensors-format';
import { detectionSource } from './detect';
import { gateFunction, gateStyle, gateTuple } from './gate';
import { headSource, type HeadSource } from './heads';
import { activationMeanings, layerFunctions } from './layers';
import { activationCode, modelName } from './names';
import { rowCall, rowDispatch, rowFunctions } from './rows';
import { kerasStyle, type KerasStyle } from './style';
import { pythonTable } from './table';
import { blocks, fold, lines, proseLines, python, pythonColumns, pythonLiteral, pythonTuple } from '../python-text';
import { kerasTensors } from './weights';

const norm = (name: string, value: Norm | null): string =>
  value === null
    ? `${name} = None`
    : `${name} = {"epsilon": ${pythonLiteral(value.epsilon)}, "momentum": ${pythonLiteral(value.momentum)}}`;

function header({ arch }: KerasStyle): string {
  const answers = {
    classifier: python`logits = model.predict(pictures)  # [n, ${arch.classes}]`,
    features: python`maps = model.predict(pictures)`,
    lraspp: python`scores = model.predict(pictures)  # [n, height, width, ${arch.classes}]`,
    decoder: python`masks = model.predict(pictures)  # [n, height, width, ${arch.classes}]`,
    ssdlite: python`
      outputs = model.predict(pictures)
      found = [detect(output, detection_grids(model), (640, 480)) for output in outputs]
    `
  }[arch.head.kind];
  const title = proseLines(
    python`${arch.name} for Keras 3, or Keras 2.6 and later; written by Bneck.`,
    pythonColumns - 3
  );
  return python`
    """${title.join('\n')}

        model = build_model()
        load_weights(model, "model.safetensors")
        ${answers}

    Pictures are [n, ${arch.input.join(', ')}]: height, width, channels.
    """
  `;
}

const loader = python`
  def load_weights(model, path):
      """Fills every layer with its numbers, which a .safetensors file has as 'layer/variable'."""
      with open(path, "rb") as file:
          header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
          data = file.read()
      values = {}
      for name, entry in header.items():
          if name != "__metadata__":
              first, end = entry["data_offsets"]
              values[name] = np.frombuffer(data[first:end], "<f4").reshape(entry["shape"])
      for layer in model.layers:
          names = [f"{layer.name}/{variable}" for variable in VARIABLES]
          if layer.weights:
              layer.set_weights([values[name] for name in names if name in values])
`;

const variables = python`
  # In the order in which a layer's set_weights takes them.
  VARIABLES = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")
`;

function buildModel(style: KerasStyle, head: HeadSource, call: string): string {
  const { arch } = style;
  const classes = arch.head.kind === 'features' ? '' : `, classes=${arch.classes}`;
  const stem = arch.stem;
  const stride = stem && style.conv.strided ? `, stride=${stem.stride}` : '';
  const first = stem
    ? python`x = conv_norm_act(picture, ${stem.out}, ${stem.kernel}, ${activationCode[stem.nl]}, "stem"${stride})`
    : python`x = picture`;
  return python`
    def build_model(input_shape=${pythonTuple(arch.input)}${classes}):
        """The network as a Keras model; its weights are still to be trained or loaded."""
        picture = layers.Input(input_shape, name="picture")
        ${first}
        ${head.maps ? python`maps = [x]` : ''}
        for index, row in enumerate(ROWS, start=1):
            x = ${call}
            ${head.maps ? 'maps.append(x)' : ''}
        ${head.end}
        return keras.Model(picture, x, name="${modelName(arch.name)}")
  `;
}

/**
 * The table as Python source: stock layers only, the rows as data, weights loaded from safetensors with NumPy alone. Logits
 * (or the head's own maps) of NHWC pictures; a detector's boxes are read by NumPy functions beside the model.
 */
export function toKeras(arch: Architecture): string {
  const style = kerasStyle(arch);
  const gates = gateStyle(arch);
  const table = pythonTable(arch, gates);
  const head = headSource(style);
  const detection = arch.head.kind === 'ssdlite' ? detectionSource(arch.head.rule) : null;
  const meanings = activationMeanings(style);
  const imports = python`
    import json
    import struct
    from collections import namedtuple

    import keras
    import numpy as np
    from keras import layers
  `;
  const norms = lines(style.normed && norm('NORM', arch.norm), style.headNorm && norm('HEAD_NORM', style.headNorm));
  const data = [
    lines(gateTuple(gates), table.tuples),
    lines(meanings && `# ${meanings}.`, table.rows),
    head.data,
    detection?.data ?? '',
    norms,
    variables
  ].filter((text) => text !== '');
  const source = blocks(
    `${header(style)}\n${imports}\n\n${data.join('\n\n')}`,
    layerFunctions(style),
    gateFunction(style, gates),
    rowFunctions(style, gates, table.kinds),
    rowDispatch(table.kinds),
    head.functions,
    buildModel(style, head, rowCall(table.kinds)),
    loader,
    detection?.functions ?? null
  );
  return `${source
    .split('\n')
    .map((line) => fold(line))
    .join('\n')}\n`;
}

/** One file of an export. */
export interface KerasFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** `model.py` and, where there are tensors, `model.safetensors`; throws where a tensor of the table is missing. */
export function exportKeras(arch: Architecture, tensors: Tensors | null): readonly KerasFile[] {
  const source: KerasFile = { name: 'model.py', content: toKeras(arch) };
  if (!tensors) return [source];
  const content = writeSafetensors(kerasTensors(arch, tensors), { format: 'keras' });
  return [source, { name: 'model.safetensors', content }];
}

/** @file Step 8, export: PyTorch source that a person would write: the table as data, the modules it needs, a loader of weights. */
import type { Architecture } from '$lib/arch/architecture';
import { unreachable } from '$lib/base/assert';
import { totalCost } from '$lib/cost/cost';
import type { Tensors } from '$lib/weights/checkpoint';
import { namedTensors } from '$lib/weights/names/convention';
import { writeSafetensors } from '$lib/weights/safetensors-format';
import { proseLines, python, pythonColumns } from '../python-text';
import { blockClasses, layersFunction } from './blocks';
import { detectorNetwork } from './detector';
import { classifierNetwork, decoderNetwork, featuresNetwork, lrasppNetwork, type NetworkText } from './heads';
import { actModules, convClass, normConstants, sameConv, shiftedSwish, squeezeExciteClass } from './layers';
import { planOf, type Plan } from './plan';
import { gateClass, rowClasses, tableText } from './rows';
import { moduleNames, pytorchTensors } from './tensors';

function networkText(plan: Plan): NetworkText {
  const { head } = plan.arch;
  if (head.kind === 'classifier') return classifierNetwork(plan, head);
  if (head.kind === 'features') return featuresNetwork(plan, head);
  if (head.kind === 'lraspp') return lrasppNetwork(plan, head);
  if (head.kind === 'ssdlite') return detectorNetwork(plan, head);
  return head.kind === 'decoder' ? decoderNetwork(plan, head) : unreachable(head);
}

/** Whether torchvision gives every tensor of the network the name that the source gives it. */
function namedAsTorchvision(plan: Plan): boolean {
  const theirs = namedTensors(plan.arch, 'torchvision');
  const own = moduleNames(plan);
  return theirs !== null && theirs.every(({ spec, name }) => own.get(spec.name) === name);
}

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

const paddingNotes: Readonly<Record<Architecture['padding'], string>> = {
  same: python`Convolutions are padded as TensorFlow's SAME, whatever the size of the input.`,
  symmetric: python`Convolutions are padded by half their kernel on every side, as is usual in PyTorch.`,
  valid: python`Convolutions are not padded.`
};

/** What the file is, what the network costs, what goes in, and whose names it uses. */
function docstring(plan: Plan): string {
  const { arch, lowered } = plan;
  const { params, madds } = totalCost(lowered.ops);
  const [height, width, channels] = arch.input;
  const title = proseLines(`${arch.name}.`, pythonColumns - 3);
  const names = python`Modules and weights are named as torchvision names those of its own networks.`;
  return [
    `"""${title.join('\n')}`,
    '',
    python`Input: [N, ${channels}, ${height}, ${width}], float32.`,
    python`Parameters: ${grouped(params)}. Multiply-adds: ${grouped(madds)}.`,
    '',
    paddingNotes[arch.padding],
    ...(namedAsTorchvision(plan) ? [names] : []),
    python`Needs PyTorch 1.13 or later and nothing else.`,
    '"""'
  ].join('\n');
}

/** Short names of the non-linearities that the source uses. */
function shortNames(source: string): string {
  const used = Object.values(actModules).filter(([short]) => new RegExp(`\\b${short}\\b`).test(source));
  const names = used.map(([short]) => short).join(', ');
  const line = `${names} = ${used.map(([, module]) => module).join(', ')}`;
  if (names === '' || line.length <= pythonColumns) return names && line;
  return used.map(([short, module]) => `${short} = ${module}`).join('\n');
}

/** The imports that the source needs, as isort sorts them. */
function imports(source: string): string {
  const uses = (word: RegExp): boolean => word.test(source);
  const typing = ['Callable', 'NamedTuple'].filter((name) => uses(new RegExp(`\\b${name}\\b`)));
  return python`
    from __future__ import annotations

    import json
    ${uses(/\bmath\./) && python`import math`}
    import struct
    ${uses(/\bpartial\(/) && python`from functools import partial`}
    from pathlib import Path
    from typing import ${typing.join(', ')}

    import torch
    ${uses(/\bF\./) && python`import torch.nn.functional as F`}
    from torch import Tensor, nn
  `;
}

const loadWeights = python`
  def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
      """Reads a .safetensors file into the model; all but batch norm's counters must be there."""
      with open(path, "rb") as file:
          header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
          data = bytearray(file.read())
      header.pop("__metadata__", None)
      state = {name: x for name, x in model.state_dict().items() if "num_batches_tracked" in name}
      for name, entry in header.items():
          start, end = entry["data_offsets"]
          values = torch.frombuffer(data[start:end], dtype=torch.float32)
          state[name] = values.reshape(entry["shape"])
      model.load_state_dict(state)
      return model
`;

function example({ arch }: Plan, name: string): string {
  const [height, width, channels] = arch.input;
  const shape = arch.head.kind === 'features' ? python`[x.shape for x in output]` : 'output.shape';
  return python`
    if __name__ == "__main__":
        model = ${name}().eval()
        weights = Path(__file__).with_name("model.safetensors")
        if weights.exists():
            load_weights(model, weights)
        with torch.no_grad():
            output = model(torch.zeros(1, ${channels}, ${height}, ${width}))
        print(${shape})
  `;
}

/**
 * PyTorch source (torch 1.13 or later, no other package) of a valid table: NCHW pictures in; logits, a list of maps, class
 * maps, raw detections with their decoding, or masks out. The weights are those of `pytorchTensors`.
 */
export function toPyTorch(arch: Architecture): string {
  const plan = planOf(arch);
  const network = networkText(plan);
  const gates = plan.gates.length > 0 ? [...gateClass(plan), squeezeExciteClass(plan)] : [];
  const sections = [
    ...(arch.padding === 'same' ? [sameConv] : []),
    convClass(plan),
    ...gates,
    ...rowClasses(plan),
    tableText(plan),
    ...blockClasses(plan),
    layersFunction(plan),
    ...network.sections,
    loadWeights,
    example(plan, network.name)
  ];
  const body = sections.join('\n\n\n');
  const names = shortNames(body);
  const swish = `${names}${body}`.includes('ShiftedSwish') ? [shiftedSwish] : [];
  const constants = [normConstants(plan), names].filter((text) => text !== '').join('\n');
  const whole = [...swish, ...(constants ? [constants] : []), body].join('\n\n\n');
  return `${docstring(plan)}\n\n${imports(whole)}\n\n${swish.length > 0 ? '\n' : ''}${whole}\n`;
}

/** One file of an export: its name in the folder, and its text or bytes. */
export interface PyTorchFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The source of a valid table and, where there are any, its weights: what one folder holds. */
export function exportPyTorch(arch: Architecture, tensors: Tensors | null): readonly PyTorchFile[] {
  const source: PyTorchFile = { name: 'model.py', content: toPyTorch(arch) };
  if (!tensors) return [source];
  const content = writeSafetensors(pytorchTensors(arch, tensors), { format: 'pt' });
  return [source, { name: 'model.safetensors', content }];
}

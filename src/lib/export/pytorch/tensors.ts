/** @file Step 8, export: a network's tensors under the module names of its PyTorch source, in PyTorch's layouts. */
import type { Architecture, SsdliteHead } from '$lib/arch/architecture';
import { expands } from '$lib/ops/lower-row';
import type { Op } from '$lib/ops/op';
import { tensorsOf, type TensorRole, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { torchRoles } from '$lib/weights/names/convention';
import { toForeign } from '$lib/weights/names/layout';
import { partOf, type Place } from '$lib/weights/names/place';
import { gatesAreConvs } from './layers';
import { cutOf, planOf, type Plan } from './plan';

/** A convolution and its norm as the first two modules of a sequence. */
const normed = (module: string): Place => ({ layer: `${module}.0`, norm: `${module}.1` });
const alone = (layer: string): Place => ({ layer, norm: '', asConv: true });
const linear = (layer: string): Place => ({ layer, norm: '' });

const joined = (...parts: readonly (string | number)[]): string => parts.filter((part) => part !== '').join('.');

/** Where the layers of the detector are, which its backbone keeps in two halves. */
function cutModule(plan: Plan, head: SsdliteHead, index: number): string {
  const { kind, at } = cutOf(plan, head.tap);
  if (index < at) return `backbone.features.0.${index}`;
  if (kind === 'around') return index === at ? 'backbone.tapped' : `backbone.features.1.${index - at - 1}`;
  return `backbone.features.1.${index - at}`;
}

/** The module of layer `index`: the stem, the rows, the last convolution. */
function layerModule(plan: Plan, index: number): string {
  const { head } = plan.arch;
  if (head.kind === 'ssdlite') return cutModule(plan, head, index);
  return `${head.kind === 'lraspp' ? 'backbone' : 'features'}.${index}`;
}

function gatePlace(plan: Plan, module: string, name: string): Place {
  const layer = joined(module, name === 'squeeze' ? 'fc1' : 'fc2');
  return gatesAreConvs(plan) ? { ...normed(layer), asConv: true } : alone(layer);
}

function bneckPlace(plan: Plan, row: number, name: string): Place {
  const { arch, widths, offset, bneck } = plan;
  const of = arch.rows[row];
  if (of?.kind !== 'bneck') throw new Error(`pytorch ${name}: row ${row} must be a bneck`);
  const module = layerModule(plan, row + offset);
  if (name === 'shortcut') return normed(`${module}.shortcut`);
  const late = of.se?.place === 'afterProject';
  const se = of.se ? ['se'] : [];
  const expand = expands(of, widths[row] ?? 0) ? ['expand'] : [];
  const order = [...expand, 'depthwise', ...(late ? [] : se), 'project', ...(late ? se : [])];
  const gate = name === 'squeeze' || name === 'excite';
  const index = order.indexOf(gate ? 'se' : name);
  const { head } = arch;
  const cut = head.kind === 'ssdlite' && head.tap === row && cutOf(plan, row).kind === 'expansion';
  if (cut && name === 'expand') return normed(`backbone.features.0.${row + offset}`);
  const block = cut ? module : joined(module, bneck.v2 ? 'conv' : 'block');
  if (gate) return gatePlace(plan, `${block}.${index}`, name);
  if (bneck.v2 && name === 'project') return { layer: `${block}.${index}`, norm: `${block}.${index + 1}` };
  return normed(`${block}.${index}`);
}

function rowPlace(plan: Plan, row: number, name: string): Place {
  const kind = plan.arch.rows[row]?.kind;
  if (kind === 'bneck') return bneckPlace(plan, row, name);
  const module = layerModule(plan, row + plan.offset);
  if (kind === 'squeezeExcite') return gatePlace(plan, module, name);
  return normed(kind === 'separable' ? joined(module, name === 'depthwise' ? 0 : 1) : module);
}

const inLraspp: Readonly<Record<string, Place>> = {
  'head.context': normed('classifier.cbr'),
  'head.gate': alone('classifier.scale.1'),
  'head.low': alone('classifier.low_classifier'),
  'head.high': alone('classifier.high_classifier')
};

const inDecoder: Readonly<Record<string, Place>> = {
  'head.context': normed('context'),
  'head.gate': alone('gate.1'),
  'head.mask': alone('mask')
};

/** Extra maps and predictors of the detector. */
function detectorPlace(name: string): Place | undefined {
  const [, extra, step] = /^head\.extra(\d+)\.(squeeze|depthwise|project)$/.exec(name) ?? [];
  if (step)
    return normed(joined('backbone.extra', Number(extra) - 1, ['squeeze', 'depthwise', 'project'].indexOf(step)));
  const [, what, map, layer] = /^head\.(boxes|classes)(\d+)\.(depthwise|predict)$/.exec(name) ?? [];
  if (!what) return undefined;
  const list = joined('head', what === 'boxes' ? 'regression_head' : 'classification_head', 'module_list');
  const module = joined(list, Number(map) - 1);
  return layer === 'depthwise' ? normed(`${module}.0`) : alone(`${module}.1`);
}

function decoderPlace(name: string): Place | undefined {
  const [, stage, layer = ''] = /^head\.stage(\d+)\.(\w+)$/.exec(name) ?? [];
  if (!stage) return inDecoder[name];
  const module = joined('stages', Number(stage) - 1);
  if (layer === 'squeeze') return alone(`${module}.gate.1`);
  return layer === 'excite' ? alone(`${module}.gate.3`) : normed(`${module}.${layer}`);
}

function headPlace(plan: Plan, name: string): Place | undefined {
  const { arch, offset } = plan;
  const { head, rows } = arch;
  if (name === 'head.conv') return normed(layerModule(plan, rows.length + offset));
  if (head.kind === 'lraspp') return inLraspp[name];
  if (head.kind === 'ssdlite') return detectorPlace(name);
  if (head.kind === 'decoder') return decoderPlace(name);
  if (head.kind !== 'classifier') return undefined;
  if (name === 'head.hidden') return linear('classifier.0');
  // After the hidden layer, its non-linearity and dropout; or after dropout alone.
  const before = !head.hidden ? 1 : head.hidden.nl === 'linear' ? 2 : 3;
  return linear(`classifier.${before}`);
}

function placeOf(plan: Plan, op: Op): Place {
  const { row, name } = partOf(op);
  if (row !== null) return rowPlace(plan, row, name);
  const place = name === 'stem' ? normed(layerModule(plan, 0)) : headPlace(plan, name);
  if (!place) throw new Error(`pytorch ${op.id}: must have a module`);
  return place;
}

const isNormRole = (role: TensorRole): boolean => role !== 'weight' && role !== 'bias';

/** [taps, in, out] as `nn.ConvTranspose2d` keeps it: [in, out, k, k]. */
function transposed({ shape, data }: Tensor): Tensor {
  const [k = 1, , from = 1, to = 1] = shape;
  const taps = k * k;
  const out = new Float32Array(data.length);
  for (let t = 0; t < taps; t++)
    for (let i = 0; i < from; i++)
      for (let o = 0; o < to; o++) out[(i * to + o) * taps + t] = data[(t * from + i) * to + o] as number;
  return { shape: [from, to, k, k], data: out };
}

/** A tensor of the table with its place in the source. */
interface PlacedTensor {
  readonly op: Op;
  readonly spec: TensorSpec;
  readonly place: Place;
  readonly name: string;
}

function placedTensors(plan: Plan): readonly PlacedTensor[] {
  return plan.lowered.ops.flatMap((op) => {
    const specs = tensorsOf(op);
    if (specs.length === 0) return [];
    const place = placeOf(plan, op);
    return specs.map((spec) => {
      const module = isNormRole(spec.role) ? place.norm : place.layer;
      return { op, spec, place, name: `${module}.${torchRoles[spec.role]}` };
    });
  });
}

/** What the source calls the tensors, by our names for them. */
export function moduleNames(plan: Plan): ReadonlyMap<string, string> {
  return new Map(placedTensors(plan).map(({ spec, name }) => [spec.name, name]));
}

/**
 * A valid table's tensors under the names and in the layouts (OIHW, [out, in]) of the modules that `toPyTorch` writes.
 * Throws when a tensor of the table is not there.
 */
export function pytorchTensors(arch: Architecture, tensors: Tensors): Tensors {
  const pairs = placedTensors(planOf(arch)).map(({ op, spec, place, name }): [string, Tensor] => {
    const tensor = tensors[spec.name];
    if (!tensor) throw new Error(`pytorch ${spec.name}: tensor must be there`);
    const isTransposed = op.kind === 'transposedConv' && spec.role === 'weight';
    return [name, isTransposed ? transposed(tensor) : toForeign(op, spec, tensor, { order: 'torch', place })];
  });
  return Object.fromEntries(pairs);
}

/** @file Test support: small tables that together use every op, kernel, stride, padding and odd width, and random numbers for them. */
import type { Architecture, BneckRow, Kernel, NL, SqueezeExcite, Stride } from '../../src/lib/arch/architecture';
import { bneck as paperRow, classifier, separable } from '../../src/lib/arch/presets/rows';
import { plainSqueezeExcite } from '../../src/lib/arch/squeeze-excite';
import { rngOf } from '../../src/lib/base/rng';
import { lower } from '../../src/lib/ops/lower';
import { Lowering } from '../../src/lib/ops/lowering';
import type { Op } from '../../src/lib/ops/op';
import { tensorsOf } from '../../src/lib/ops/tensors';
import type { Batch } from '../../src/lib/engine/engine';
import type { Tensors } from '../../src/lib/weights/checkpoint';

const gated = (channels: number, changes: Partial<SqueezeExcite> = {}): SqueezeExcite => ({
  ...plainSqueezeExcite(channels * 4),
  channels,
  ...changes
});

/** A bneck as [kernel, exp, out, se channels or 0, NL, stride]. */
export function bneck(
  ...[kernel, expSize, out, se, nl, stride]: [Kernel, number, number, number, NL, Stride]
): BneckRow {
  return { ...paperRow(kernel, expSize, out, false, 'RE', stride), nl, se: se ? gated(se) : null };
}

const norm = { epsilon: 1e-3, momentum: 0.9 };
const common = { format: 1, classes: 5, norm, convBias: false, scaling: 'v3' } as const;

export const smallNetworks: readonly Architecture[] = [
  {
    ...common,
    name: 'even widths, SAME',
    input: [12, 12, 3],
    padding: 'same',
    stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
    rows: [bneck(3, 8, 8, 8, 'relu', 1), bneck(5, 24, 16, 8, 'hardSwish', 2), bneck(3, 40, 16, 16, 'hardSwish', 1)],
    head: classifier({ out: 24, nl: 'hardSwish' }, { out: 12, nl: 'hardSwish' })
  },
  {
    ...common,
    name: 'odd widths and map, symmetric',
    input: [13, 11, 1],
    padding: 'symmetric',
    stem: { kernel: 3, out: 5, nl: 'relu6', stride: 1 },
    rows: [bneck(5, 18, 5, 3, 'relu6', 1), bneck(3, 22, 7, 0, 'relu', 2), bneck(5, 37, 7, 9, 'hardSwish', 1)],
    head: classifier(null, null)
  },
  {
    ...common,
    name: 'kernel 7, separable rows, even map, symmetric',
    input: [10, 14, 2],
    padding: 'symmetric',
    stem: { kernel: 5, out: 6, nl: 'relu', stride: 2 },
    rows: [
      { ...separable(9, 2), kernel: 7 },
      { ...separable(17, 1), nl: 'relu6' },
      bneck(7, 34, 17, 0, 'hardSwish', 1)
    ],
    head: classifier({ out: 11, nl: 'relu' }, { out: 7, nl: 'relu6' })
  },
  {
    ...common,
    name: 'no norm, biases, dilations, several filters a channel, gates',
    norm: null,
    convBias: true,
    input: [11, 9, 2],
    padding: 'same',
    stem: null,
    rows: [
      { kind: 'conv', kernel: 3, out: 6, nl: 'swish', stride: 1, dilation: 2 },
      { kind: 'depthwise', kernel: 3, multiplier: 3, nl: 'shiftedSwish', stride: 2, dilation: 2 },
      { kind: 'squeezeExcite', se: gated(5, { nl: 'swish', gate: 'sigmoid' }) },
      { ...bneck(5, 9, 7, 4, 'linear', 1), dilation: 2, shortcut: 'conv' },
      { kind: 'conv', kernel: 3, out: 19, nl: 'relu6', stride: 2, dilation: 3 }
    ],
    head: { ...classifier(null, { out: 9, nl: 'shiftedSwish' }), logitsBias: false }
  },
  {
    ...common,
    name: 'norms in the gate, gates after projection, every activation, dilated, symmetric',
    input: [14, 10, 3],
    padding: 'symmetric',
    stem: { kernel: 3, out: 8, nl: 'swish', stride: 2 },
    rows: [
      { ...bneck(3, 8, 8, 0, 'shiftedSwish', 1), expand: 'always', se: gated(3, { norm: true, bias: false }) },
      { ...bneck(5, 20, 12, 0, 'swish', 1), dilation: 2, shortcut: 'conv', se: gated(4, { place: 'afterProject' }) },
      { ...bneck(3, 17, 12, 0, 'relu', 1), se: gated(6, { gate: 'linear', bias: false, nl: 'linear' }) },
      { ...separable(33, 2), dilation: 2, between: 'plain' },
      { kind: 'depthwise', kernel: 5, multiplier: 2, nl: 'hardSwish', stride: 1, dilation: 2 }
    ],
    head: classifier({ out: 10, nl: 'swish' }, null)
  },
  {
    ...common,
    name: 'no padding, no bias, no norm',
    norm: null,
    input: [15, 17, 1],
    padding: 'valid',
    stem: { kernel: 3, out: 4, nl: 'hardSwish', stride: 2 },
    rows: [
      { kind: 'depthwise', kernel: 3, multiplier: 2, nl: 'relu', stride: 1, dilation: 2 },
      { kind: 'conv', kernel: 1, out: 6, nl: 'linear', stride: 2, dilation: 1 }
    ],
    head: classifier(null, null)
  }
];

/** A classifier no table can say, with its ops: the kinds that only masks and detections have, each read onwards. */
export function mapsNetwork(): { readonly arch: Architecture; readonly ops: readonly Op[] } {
  const arch: Architecture = {
    ...common,
    name: 'masks and detections',
    input: [9, 7, 3],
    padding: 'same',
    stem: null,
    rows: [],
    head: classifier(null, null)
  };
  const list = new Lowering(arch);
  list.conv('first', 6, { kernel: 3, nl: 'hardSwish' });
  const first = list.at;
  list.averagePool('windows', { kernel: [3, 2], stride: [2, 3] });
  list.resize('up', first.shape);
  list.multiply('product', first);
  const product = list.at;
  list.resize('down', [4, 5]);
  list.transposedConv('grown', 5, { kernel: 2, nl: 'sigmoid' });
  list.resize('back', first.shape);
  list.concatChannels('beside', [product, list.at, first]);
  const beside = list.at;
  list.conv('rows1', 8, { kernel: 1, nl: 'linear', norm: null, bias: true });
  const rows = list.at;
  list.at = beside;
  list.conv('rows2', 12, { kernel: 3, stride: 2, nl: 'relu', norm: null, bias: false });
  list.concatRows('stacked', [rows, list.at], 4);
  list.pool('pool');
  list.dense('head.logits', arch.classes, { nl: 'linear', bias: true });
  return { arch, ops: list.ops };
}

/** Random tensors with lively norms, biases and dense weights, so that no gradient vanishes by chance. */
export function livelyTensors(arch: Architecture, seed: number, ops: readonly Op[] = lower(arch)): Tensors {
  const specs = ops.flatMap(tensorsOf);
  return Object.fromEntries(
    specs.map(({ name, shape, role }) => {
      const rng = rngOf(seed).fork(name);
      const size = shape.reduce((product, n) => product * n, 1);
      const fan = Math.sqrt(size / (shape.at(-1) ?? 1));
      const draw = (): number => {
        if (role === 'gamma' || role === 'variance') return 0.7 + 0.6 * rng.next();
        return role === 'weight' ? rng.normal() / fan : 0.3 * rng.normal();
      };
      return [name, { shape, data: Float32Array.from({ length: size }, draw) }];
    })
  );
}

/** Random pictures and labels. */
export function randomBatch(arch: Architecture, count: number, seed: number): Batch {
  const rng = rngOf(seed);
  const size = count * arch.input[0] * arch.input[1] * arch.input[2];
  const images = Float32Array.from({ length: size }, () => rng.normal());
  return { count, images, labels: Uint8Array.from({ length: count }, () => rng.below(arch.classes)) };
}

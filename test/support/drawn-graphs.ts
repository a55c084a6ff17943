/** @file Test support: random classifiers no table can say, which join maps in every way the ops allow; a seed gives one graph. */
import type { Architecture, NL, Padding, Stride } from '../../src/lib/arch/architecture';
import { classifier } from '../../src/lib/arch/presets/rows';
import { rngOf, type Rng } from '../../src/lib/base/rng';
import { Lowering, type Place } from '../../src/lib/ops/lowering';
import type { Activation, Op } from '../../src/lib/ops/op';

export interface DrawnGraph {
  readonly arch: Architecture;
  readonly ops: readonly Op[];
}

const nls: readonly NL[] = ['linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish'];
const gates: readonly Activation[] = ['sigmoid', 'hardSigmoid', ...nls];
const paddings: readonly Padding[] = ['same', 'symmetric'];
const norm = { epsilon: 1e-3, momentum: 0.9 };
/** Maps are not grown beyond this many pixels a side. */
const LARGEST = 15;

const oneOf = <T>(rng: Rng, choices: readonly T[]): T => choices[rng.below(choices.length)] as T;
const widthOf = (rng: Rng): number => 1 + rng.below(20);

/** A norm, a bias, or neither. */
function finishOf(rng: Rng): { readonly norm: typeof norm | null; readonly bias: boolean } {
  const kind = rng.below(3);
  return { norm: kind === 0 ? norm : null, bias: kind === 1 };
}

/** Window, activation and finish of a windowed op. */
const windowOf = (rng: Rng) => ({
  kernel: oneOf(rng, [1, 3, 5, 7]),
  stride: oneOf<Stride>(rng, [1, 1, 2]),
  dilation: oneOf(rng, [1, 1, 2, 3]),
  nl: oneOf(rng, nls),
  ...finishOf(rng)
});

type Verb = (list: Lowering, id: string, rng: Rng) => void;

/** Runs `grow` from an earlier place and comes back to the current one. */
function branch(list: Lowering, from: Place, grow: () => void): Place {
  const here = list.at;
  list.at = from;
  grow();
  const there = list.at;
  list.at = here;
  return there;
}

const verbs: Readonly<Record<string, Verb>> = {
  conv: (list, id, rng) => list.conv(id, widthOf(rng), windowOf(rng)),
  depthwise: (list, id, rng) => list.depthwise(id, windowOf(rng), 1 + rng.below(3)),
  gates(list, id, rng) {
    const from = list.at;
    const gate = oneOf(rng, ['hardSigmoid', 'sigmoid', 'linear'] as const);
    const se = {
      channels: widthOf(rng),
      nl: oneOf(rng, nls),
      gate,
      bias: rng.below(2) === 0,
      norm: rng.below(3) === 0
    };
    list.gates(id, se, from.shape[2]);
    list.multiply(`${id}.scale`, from);
  },
  windows(list, id, rng) {
    const [height, width] = list.at.shape;
    const side = (most: number): number => 1 + rng.below(Math.min(most, 4));
    const stride = [side(height), side(width)];
    list.averagePool(id, { kernel: [side(height), side(width)], stride });
  },
  resize: (list, id, rng) => list.resize(id, [1 + rng.below(LARGEST), 1 + rng.below(LARGEST)]),
  grow(list, id, rng) {
    const kernel = 2 + rng.below(2);
    const most = Math.floor(LARGEST / kernel);
    const [height, width] = list.at.shape;
    if (height > most || width > most) list.resize(`${id}.shrink`, [1 + rng.below(most), 1 + rng.below(most)]);
    list.transposedConv(id, widthOf(rng), { kernel, nl: oneOf(rng, gates) });
  },
  product(list, id, rng) {
    const from = list.at;
    const other = branch(list, from, () => {
      list.conv(`${id}.map`, from.shape[2], { kernel: 1, nl: oneOf(rng, gates), ...finishOf(rng) });
    });
    list.at = other;
    list.multiply(id, from);
  },
  sum(list, id, rng) {
    const from = list.at;
    list.conv(`${id}.main`, from.shape[2], { ...windowOf(rng), stride: 1 });
    list.resize(`${id}.fit`, from.shape);
    list.add(id, from);
  },
  beside(list, id, rng) {
    const from = list.at;
    const other = branch(list, from, () => list.pointwise(`${id}.part`, widthOf(rng), oneOf(rng, nls)));
    list.concatChannels(id, rng.below(2) === 0 ? [from, other] : [other, from, other]);
    if (list.at.shape[2] > 24) list.pointwise(`${id}.narrow`, widthOf(rng), 'linear');
  }
};

/** Stacks two maps of different sizes as rows of one width. */
function stack(list: Lowering, rng: Rng): void {
  const from = list.at;
  const rowWidth = 1 + rng.below(4);
  const part = (id: string, stride: Stride): Place =>
    branch(list, from, () =>
      list.conv(id, rowWidth * (1 + rng.below(3)), { kernel: 3, stride, nl: oneOf(rng, nls), norm: null, bias: true })
    );
  list.concatRows('stacked', [part('fine', 1), part('coarse', 2)], rowWidth);
}

/** The graph of a seed: a first convolution, six to nine verbs in a drawn order, pool and logits. */
export function drawnGraph(seed: number): DrawnGraph {
  const rng = rngOf(seed).fork('graph');
  const side = (): number => 5 + rng.below(9);
  const arch: Architecture = {
    format: 1,
    name: `graph ${seed}`,
    input: [side(), side(), 1 + rng.below(3)],
    classes: 2 + rng.below(5),
    padding: oneOf(rng, paddings),
    norm,
    convBias: false,
    scaling: 'v3',
    stem: null,
    rows: [],
    head: classifier(null, null)
  };
  const list = new Lowering(arch);
  list.conv('first', 3 + rng.below(14), { kernel: 3, nl: oneOf(rng, nls) });
  const names = Object.keys(verbs);
  const count = 6 + rng.below(4);
  for (let i = 0; i < count; i++) {
    const name = oneOf(rng, names);
    verbs[name]?.(list, `${name}${i}`, rng);
  }
  if (rng.below(2) === 0) stack(list, rng);
  list.pool('pool');
  list.dense('head.logits', arch.classes, { nl: 'linear', bias: rng.below(4) > 0 });
  return { arch, ops: list.ops };
}

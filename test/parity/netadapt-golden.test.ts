/** @file NetAdapt against PyTorch: norms, kept channels, pruned networks and their logits. */
import { expect, test } from 'vitest';
import type { Architecture, BneckRow } from '../../src/lib/arch/architecture';
import { classifier } from '../../src/lib/arch/presets/rows';
import { plainSqueezeExcite } from '../../src/lib/arch/squeeze-excite';
import { totalCost } from '../../src/lib/cost/cost';
import { lower } from '../../src/lib/ops/lower';
import type { Op } from '../../src/lib/ops/op';
import { tensorsOf } from '../../src/lib/ops/tensors';
import type { Tensor, Tensors } from '../../src/lib/weights/checkpoint';
import { groupsOf, tieIndexOf } from '../../src/lib/netadapt/groups';
import { prune } from '../../src/lib/netadapt/prune';
import { referenceForward } from '../../src/lib/netadapt/reference-forward.fixture';
import { channelNorms, keepLargest } from '../../src/lib/netadapt/select';
import { tiesOf } from '../../src/lib/netadapt/ties';
import { fill, goldenPath, readGolden } from '../support/golden';

interface Spec {
  in: number;
  stem: number;
  bnecks: [3 | 5, number, number, number, 'RE' | 'HS', 1 | 2][];
  skip_expand?: number[];
  head: number;
  hidden: number;
  classes: number;
}
interface GoldenProposal {
  kind: 'expansion' | 'bottleneck';
  index: number;
  n: number;
  kept: number[];
  params: number;
  madds: number;
  logits: number[][];
  logits_tfsame: number[][];
}
interface Net {
  spec: Spec;
  seed: number;
  input: { shape: [number, number, number, number]; stream: number; offset: number; bound: number };
  params: number;
  madds: number;
  tensors: [
    name: string,
    shape: number[],
    stream: number,
    offset: number,
    bound: number,
    sum: number,
    first3: number[]
  ][];
  groups: { producers: ('stem' | number)[] }[];
  logits: number[][];
  logits_tfsame: number[][];
  expansion_l2: Record<string, number[]>;
  bottleneck_l2: Record<string, number[]>;
  proposals: GoldenProposal[];
  sequence: GoldenProposal[];
  curves: { kind: 'expansion' | 'bottleneck'; index: number; params: number[]; madds: number[] }[];
}

const nets = readGolden<{ nets: Record<string, Net> }>('netadapt.json')?.nets ?? {};
if (Object.keys(nets).length === 0) process.stdout.write('skipped: PyTorch pruning goldens are not on this machine\n');

function archOf(net: Net, padding: Architecture['padding']): Architecture {
  const { spec, input } = net;
  const rows = spec.bnecks.map(([kernel, expSize, out, se, nl, stride], index): BneckRow => {
    return {
      kind: 'bneck',
      kernel,
      expSize,
      out,
      se: se ? { ...plainSqueezeExcite(expSize), channels: se } : null,
      nl: nl === 'HS' ? 'hardSwish' : 'relu',
      stride,
      dilation: 1,
      expand: spec.skip_expand?.includes(index) ? 'whenWider' : 'always',
      shortcut: 'identity'
    };
  });
  const nl = 'hardSwish';
  return {
    format: 1,
    name: 'golden',
    input: [input.shape[2], input.shape[3], spec.in],
    classes: spec.classes,
    padding,
    norm: { epsilon: 0.001, momentum: 0.99 },
    convBias: false,
    scaling: 'v3',
    stem: { kernel: 3, out: spec.stem, nl, stride: 2 },
    rows,
    head: classifier({ out: spec.head, nl }, { out: spec.hidden, nl })
  };
}

/** Golden tensors in PyTorch's layout, in execution order, laid out as ours: OIHW to HWIO, [C,1,k,k] to [k,k,C,1]. */
function tensorsFor(net: Net, arch: Architecture): Tensors {
  const rows = net.tensors[Symbol.iterator]();
  const transposed = (op: Op, shape: readonly number[], source: Float32Array): Float32Array => {
    const out = new Float32Array(source.length);
    if (op.kind === 'dense') {
      const [inputs = 0, outputs = 0] = shape;
      for (let i = 0; i < out.length; i++) out[i] = source[(i % outputs) * inputs + Math.floor(i / outputs)] ?? NaN;
      return out;
    }
    const area = (shape[0] ?? 0) * (shape[1] ?? 0);
    const inputs = op.kind === 'depthwise' ? 1 : (shape[2] ?? 0);
    const outputs = out.length / area / inputs;
    for (let tap = 0; tap < area; tap++)
      for (let i = 0; i < inputs; i++)
        for (let o = 0; o < outputs; o++)
          out[(tap * inputs + i) * outputs + o] = source[(o * inputs + i) * area + tap] ?? NaN;
    return out;
  };
  const pairs = lower(arch).flatMap((op) =>
    tensorsOf(op).map(({ name, shape, role }): [string, Tensor] => {
      const [golden, goldenShape, stream, offset, bound, sum] =
        rows.next().value ?? expect.fail(`no golden for ${name}`);
      const size = shape.reduce((a, b) => a * b, 1);
      expect([golden, goldenShape.reduce((a, b) => a * b, 1)]).toEqual([golden, size]);
      const data = fill(net.seed, stream, { size, offset, bound });
      expect(data.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 3);
      return [name, { shape, data: role === 'weight' ? transposed(op, shape, data) : data }];
    })
  );
  expect(rows.next().done).toBe(true);
  return Object.fromEntries(pairs);
}

function pictures(net: Net): number[][] {
  const [count, channels, height, width] = net.input.shape;
  const { stream, offset, bound } = net.input;
  const flat = fill(net.seed, stream, { size: count * channels * height * width, offset, bound });
  const area = height * width;
  return Array.from({ length: count }, (_, n) =>
    Array.from(
      { length: channels * area },
      (_, i) => flat[n * channels * area + (i % channels) * area + Math.floor(i / channels)] ?? NaN
    )
  );
}

const groupIdOf = (net: Net, kind: 'expansion' | 'bottleneck', index: number): string => {
  const name = (row: number, op: string) => `row${String(row + 1).padStart(2, '0')}.${op}`;
  if (kind === 'expansion') return name(index, 'expand');
  const producer = net.groups[index]?.producers[0] ?? 'stem';
  return producer === 'stem' ? 'stem' : name(producer, 'project');
};

const close = (ours: ArrayLike<number>, golden: readonly number[]): void =>
  golden.forEach((value, i) => expect(Math.abs((ours[i] ?? NaN) - value)).toBeLessThan(1e-6 * (1 + Math.abs(value))));

test.for(Object.entries(nets))("%s has PyTorch's filter norms, ties and kept channels", ([, net]) => {
  const arch = archOf(net, 'symmetric');
  const tensors = tensorsFor(net, arch);
  const ties = tiesOf(lower(arch));
  const normsOf = (id: string) => channelNorms(ties.list[tieIndexOf(ties, id)] ?? expect.fail(id), tensors);
  for (const [row, golden] of Object.entries(net.expansion_l2))
    close(normsOf(groupIdOf(net, 'expansion', Number(row))), golden);
  for (const [group, golden] of Object.entries(net.bottleneck_l2))
    close(normsOf(groupIdOf(net, 'bottleneck', Number(group))), golden);
  expect(
    groupsOf(arch)
      .filter((g) => g.kind !== 'expansion')
      .map((g) => g.id)
  ).toEqual(net.groups.map((_, i) => groupIdOf(net, 'bottleneck', i)));
  for (const { kind, index, n, kept } of net.proposals)
    expect(keepLargest(normsOf(groupIdOf(net, kind, index)), n)).toEqual(kept);
});

test.for(Object.entries(nets))("%s pruned gives PyTorch's params, MAdds and logits", ([, net]) => {
  let compared = 0;
  for (const padding of ['symmetric', 'same'] as const) {
    const start = { arch: archOf(net, padding), tensors: tensorsFor(net, archOf(net, padding)) };
    const goldenLogits = (p: { logits: number[][]; logits_tfsame: number[][] }) =>
      padding === 'same' ? p.logits_tfsame : p.logits;
    pictures(net).forEach((picture, i) =>
      close(referenceForward(start.arch, start.tensors, picture), goldenLogits(net)[i] ?? [])
    );
    const tryCut = (from: typeof start, golden: GoldenProposal): typeof start => {
      const { kind, index, n } = golden;
      const pruned = prune(from, { groupId: groupIdOf(net, kind, index), to: n, squeeze: 'stay' });
      expect(pruned.kept).toEqual(golden.kept);
      const { params, madds } = totalCost(lower(pruned.arch));
      expect([params, madds]).toEqual([golden.params, golden.madds]);
      pictures(net).forEach((picture, i) =>
        close(referenceForward(pruned.arch, pruned.tensors, picture), goldenLogits(golden)[i] ?? [])
      );
      compared++;
      return pruned;
    };
    for (const golden of net.proposals) tryCut(start, golden);
    let at = start;
    for (const golden of net.sequence) at = tryCut(at, golden);
  }
  expect(compared).toBe(2 * (net.proposals.length + net.sequence.length));
});

test('the PyTorch goldens are compared wherever they are present', () => {
  expect(Object.keys(nets).length).toBe(goldenPath('netadapt.json') ? 2 : 0);
});

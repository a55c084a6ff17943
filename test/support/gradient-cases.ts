/** @file Test support: compares the core's gradients of one network with TensorFlow.js, tensor by tensor. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Architecture, BneckRow } from '../../src/lib/arch/architecture';
import { rngOf } from '../../src/lib/base/rng';
import type { Batch } from '../../src/lib/engine/engine';
import type { Core } from '../../src/lib/engine/simd/load';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { lower } from '../../src/lib/ops/lower';
import type { Op } from '../../src/lib/ops/op';
import type { LabelledBox } from '../../src/lib/data/dataset';
import { plainBoxes, plainClasses, type Objective } from '../../src/lib/task/objective';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { relativeGap } from './compare';
import { drawnGraph } from './drawn-graphs';
import { gateForms } from './gradient-coverage';
import { GradientReport, type Judgement } from './gradient-report';
import { randomTables } from './random-tables';
import { naiveForward } from './naive-network';
import { bneck, livelyTensors, randomBatch, smallNetworks } from './small-networks';
import { gradientsInTfjs, type Learner } from './tfjs-gradients';
import { inFloat64, type Float64Network, steepest, trueGradient } from './true-gradients';

/** Gradients agree when they differ by no more than this share of the tensor's largest. */
const LIMIT = 1e-3;
/** Steeper slopes than this are no rounding of float64. */
const FLAT = 1e-9;
/**
 * How far float32 may be from the true gradient, as a share of the network's largest: what norms of few or nearly equal
 * numbers leave of sums that cancel.
 */
const NOISE = 2e-5;

const largestOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((top, value) => Math.max(top, Math.abs(value)), 0);

/** Indices of all numbers that differ by more than the limit. */
function disputed(a: Float32Array, b: Float32Array): number[] {
  const most = LIMIT * largestOf(a);
  return Array.from(a.keys()).filter((i) => !(Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)) <= most));
}

/** Products that TensorFlow.js multiplies for one picture: its gradients want dilated filters spread out. */
export function spreadWork(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => {
    if (op.kind !== 'conv' && op.kind !== 'depthwise') return sum;
    const side = (op.kernel - 1) * op.dilation + 1;
    return sum + side * side * op.out[0] * op.out[1] * op.out[2] * (op.kind === 'conv' ? op.in[2] : 1);
  }, 0);
}

/** A network to compare on, and what it learns from. */
export interface DrawnNetwork extends Learner {
  readonly name: string;
  readonly batch: Batch;
}

const COUNT = 5;
/** Seed of the weights. */
const LIVELY = 5;

const [, odd] = smallNetworks;
if (!odd) throw new Error('gradient cases: there must be a second small network');
/** A stem on 13 x 11 grey pixels, norms and a classifier. */
const frame: Architecture = odd;

const classifying = (name: string, arch: Architecture, ops: readonly Op[]): DrawnNetwork => ({
  name,
  arch,
  ops,
  objective: plainClasses,
  batch: { ...randomBatch(arch, COUNT, 9), draw: 3 }
});

/** Every way a gate may be put into a row, four to a table. */
function gated(): DrawnNetwork[] {
  return Array.from({ length: gateForms.length / 4 }, (_, i) => {
    const rows = gateForms.slice(4 * i, 4 * i + 4).map((form, r): BneckRow => {
      const se = { ...form, channels: 3 + r, nl: 'relu' } as const;
      return { ...bneck(3, 10 + r, 6 + (r >> 1), 0, 'hardSwish', 1), se };
    });
    const arch: Architecture = { ...frame, name: `gates ${i}`, rows };
    return classifying(arch.name, arch, lower(arch));
  });
}

/** Drops a share of what its logits read. */
const thinned = (arch: Architecture): Architecture =>
  arch.head.kind === 'classifier' ? { ...arch, head: { ...arch.head, dropout: 0.3 } } : arch;

/**
 * Whether the pictures get different answers. Where a map of one number is clipped for all of them, the norms behind it
 * divide rounding by rounding.
 */
function tellsApart({ arch, ops, batch }: DrawnNetwork): boolean {
  const tensors = Object.entries(livelyTensors(arch, LIVELY, ops));
  const numbers = Object.fromEntries(tensors.map(([name, { data }]) => [name, Float64Array.from(data)]));
  const answers = naiveForward(ops, numbers, Float64Array.from(batch.images), batch.count).get(ops.at(-1)?.id ?? '');
  return answers?.some((value, i) => Math.abs(value - (answers[i % arch.classes] ?? NaN)) > 1e-6) ?? false;
}

/** Classifiers: tables of a seed, every third of them with dropout, gates in every way, then graphs no table can say. */
export function drawnClassifiers(draw: {
  readonly tables: number;
  readonly graphs: number;
  readonly seed: number;
  readonly mostWork: number;
}): DrawnNetwork[] {
  const fits = (ops: readonly Op[]): boolean => spreadWork(ops) <= draw.mostWork;
  const arbitrary = randomTables({ width: 18, rows: 5, input: 13, classes: 6 }).filter(
    (arch) => arch.head.kind === 'classifier' && fits(lower(arch))
  );
  const tables = fc
    .sample(arbitrary, { numRuns: draw.tables, seed: draw.seed })
    .map((arch, i) => classifying(`table ${i}`, i % 3 === 0 ? thinned(arch) : arch, lower(arch)));
  const graphs: DrawnNetwork[] = [];
  for (let seed = draw.seed; graphs.length < draw.graphs; seed++) {
    const { arch, ops } = drawnGraph(seed);
    const graph = classifying(arch.name, arch, ops);
    if (fits(ops) && tellsApart(graph)) graphs.push(graph);
  }
  return [...tables, ...gated(), ...graphs];
}

/** What a mask or a detector learns from: labels with holes, or one or two things in each picture. */
function denseTask(arch: Architecture): { readonly objective: Objective; readonly batch: Batch } {
  const rng = rngOf(7).fork('dense');
  const { images } = randomBatch(arch, COUNT, 9);
  const pictures = { count: COUNT, images };
  if (arch.head.kind === 'ssdlite') {
    const box = (): LabelledBox => {
      const [left, top] = [0.6 * rng.next(), 0.6 * rng.next()];
      const [right, bottom] = [left + 0.2 + 0.2 * rng.next(), top + 0.2 + 0.2 * rng.next()];
      return { box: [left, top, right, bottom], class: 1 + rng.below(arch.classes - 1) };
    };
    const boxes = Array.from({ length: COUNT }, () => Array.from({ length: 1 + rng.below(2) }, box));
    return { objective: plainBoxes, batch: { ...pictures, labels: new Uint8Array(), boxes } };
  }
  const [height, width] = lower(arch).at(-1)?.out ?? arch.input;
  const labels = Uint8Array.from({ length: COUNT * height * width }, () =>
    rng.below(8) === 0 ? 255 : rng.below(Math.max(2, arch.classes))
  );
  const loss = arch.head.kind === 'decoder' ? 'binary' : 'crossEntropy';
  return { objective: { kind: 'pixels', loss, ignore: 255 }, batch: { ...pictures, labels } };
}

const dense = ['lraspp', 'decoder', 'ssdlite'];

/** Segmenters, decoders and detectors of a seed, as many of each. */
export function drawnDense({ each, seed, mostWork }: { each: number; seed: number; mostWork: number }): DrawnNetwork[] {
  const arbitrary = randomTables({ width: 12, rows: 3, input: 12, classes: 4 });
  return dense.flatMap((kind) =>
    fc
      .sample(
        arbitrary.filter((arch) => arch.head.kind === kind && spreadWork(lower(arch)) <= mostWork),
        { numRuns: each, seed }
      )
      .map((arch, i) => ({ name: `${kind} ${i}`, arch, ops: lower(arch), ...denseTask(arch) }))
  );
}

/** Judges one tensor by the two answers; where they differ, or are next to nothing, float64 decides. */
function judge(
  name: string,
  { wanted, got, top }: { readonly wanted: Float32Array; readonly got: Float32Array; readonly top: number },
  float64: () => Float64Network
): Judgement {
  const gap = relativeGap(wanted, got);
  const size = largestOf(wanted) / top;
  if (gap <= LIMIT && size > NOISE) return { kind: 'equal', gap };
  const noise = Math.max(size, largestOf(got) / top);
  if (noise <= NOISE && steepest(float64(), name) < FLAT) return { kind: 'zero', noise };
  if (gap <= LIMIT) return { kind: 'equal', gap };
  const network = float64();
  // Every number that float32 disagrees on is compared with float64.
  const away = disputed(wanted, got).reduce(
    (most, at) => Math.max(most, Math.abs((got[at] ?? NaN) - trueGradient(network, name, at)) / top),
    0
  );
  if (away <= NOISE) return { kind: 'faint', away, size };
  const [share, distance] = [size.toExponential(1), away.toExponential(1)];
  return { kind: 'wrong', why: `gap ${gap.toExponential(1)}, ${share} of the largest, ${distance} from float64` };
}

/** Compares every gradient of a network. */
function compareGradients(core: Core, drawn: DrawnNetwork, tensors: Tensors): ReadonlyMap<string, Judgement> {
  const { arch, ops, objective, name, batch } = drawn;
  const expected = gradientsInTfjs(drawn, tensors, batch);
  // Room for one picture more than there are: a short batch must not read the rest.
  const network = createSimdNetwork(core, arch, tensors, batch.count + 1, ops);
  const { loss } = network.backward(batch, objective);
  const gradients = network.readGradients();
  network.dispose();
  expect(Math.abs(loss - expected.loss), `loss of ${name}`).toBeLessThanOrEqual(1e-4 * Math.abs(expected.loss));
  expect(Object.keys(gradients).toSorted(), name).toEqual(Object.keys(expected.gradients).toSorted());
  const top = Math.max(...Object.values(expected.gradients).map(largestOf));
  const float64 = () => inFloat64(drawn, { tensors, answer: expected.answer });
  const judged = Object.entries(expected.gradients).map(([tensor, wanted]) => {
    const got = gradients[tensor]?.data ?? new Float32Array();
    return [tensor, judge(tensor, { wanted, got, top }, float64)] as const;
  });
  return new Map(judged);
}

/** Compares networks one after the other on five random pictures each; TensorFlow.js must be open. */
export function compareDrawn(core: Core, networks: readonly DrawnNetwork[]): GradientReport {
  const report = new GradientReport();
  for (const drawn of networks) {
    const { name, arch, ops } = drawn;
    report.note(name, ops, compareGradients(core, drawn, livelyTensors(arch, LIVELY, ops)));
  }
  return report;
}

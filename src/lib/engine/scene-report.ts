/** @file Step 4, network: how a network that answers with masks or boxes does on a split: each class, and the worst scenes. */
import type { LabelledBox, SceneSet, SplitName } from '$lib/data/dataset';
import { learnedBy, metricOf, objectiveFor } from '$lib/task/head-objective';
import { foundIn, likeliest, maskLimit } from '$lib/task/judge';
import {
  averagePrecision,
  confuse,
  hitsIn,
  iouOf,
  meanAveragePrecision,
  meanIouOf,
  openConfusion,
  type Found
} from '$lib/task/metrics';
import type { Metric } from '$lib/weights/checkpoint';
import { answersOf, type Answered, type EvaluateOptions } from './answers';
import type { Reported } from './class-report';
import type { Network } from './engine';
import { lossOf } from './loss';

/** What is in a scene, or is said to be: a class for each pixel, or boxes. */
export type SceneAnswer =
  | { readonly kind: 'mask'; readonly mask: Uint8Array }
  | { readonly kind: 'boxes'; readonly boxes: readonly LabelledBox[] };

/** A scene with what is right and what was answered. */
export interface JudgedScene {
  /** Index in the split. */
  readonly picture: number;
  /** Mean IoU of this scene alone, or twice the hits over boxes answered and boxes there; 0..1. */
  readonly value: number;
  readonly truth: SceneAnswer;
  readonly answer: SceneAnswer;
  /** The picture itself, uint8 [height, width, channels]. */
  readonly pixels: Uint8Array;
}

/** One class of a report. */
export interface SceneClass {
  readonly name: string;
  /** Pixels, or things, of this class. */
  readonly count: number;
  /** IoU or average precision at an overlap of a half, 0..1; null for a class that does not occur. */
  readonly value: number | null;
}

/** How a network does on scenes. */
export interface SceneReport extends Reported {
  readonly kind: 'scenes';
  readonly metric: Metric;
  /** Mean over the classes, 0..1. */
  readonly value: number;
  readonly perClass: readonly SceneClass[];
  /** Lowest value first; at most 12. */
  readonly worst: readonly JudgedScene[];
}

const mostScenes = 12;

/** Boxes that a person is shown, and counted in a scene's own value: these scores and better. */
const sure = 0.5;

type Judged = Omit<JudgedScene, 'pixels'>;

/** Sums of one kind of answer. */
interface Sums {
  /** Judges a batch scene by scene. */
  add(answered: Answered): Judged[];
  readonly value: () => number;
  readonly perClass: () => Omit<SceneClass, 'name'>[];
}

const known = (value: number, otherwise: number): number => (Number.isNaN(value) ? otherwise : value);

function masks({ arch }: Network): Sums {
  const classes = Math.max(2, arch.classes);
  const all = openConfusion(classes);
  return {
    add({ from, count, truths: { labels }, output }) {
      const answers = likeliest(output, arch.classes, maskLimit(arch));
      const area = labels.length / count;
      return Array.from({ length: count }, (_, row) => {
        const [truth, answer] = [labels, answers].map((of) => of.slice(row * area, (row + 1) * area));
        const own = openConfusion(classes);
        const given = { labels: truth ?? labels, ignore: null };
        for (const confusion of [own, all]) confuse(confusion, answer ?? answers, given);
        const mask = (of: Uint8Array | undefined): SceneAnswer => ({ kind: 'mask', mask: of ?? labels });
        return { picture: from + row, value: known(meanIouOf(own), 1), truth: mask(truth), answer: mask(answer) };
      });
    },
    value: () => known(meanIouOf(all), 0),
    perClass: () =>
      iouOf(all).map((value, label) => ({
        value,
        count: all.counts.subarray(label * classes, (label + 1) * classes).reduce((sum, n) => sum + n, 0)
      }))
  };
}

/** Twice the hits over all boxes, there and answered (the F1 score); 1 where there are none. */
function agreement(picture: Found): number {
  const all = picture.found.length + picture.there.length;
  return all > 0 ? (2 * hitsIn(picture)) / all : 1;
}

function boxes({ arch }: Network): Sums {
  const pictures: Found[] = [];
  return {
    add({ from, count, truths, output }) {
      const found = foundIn(output, arch, { count, ...truths });
      pictures.push(...found);
      return found.map((picture, row) => {
        const shown = { ...picture, found: picture.found.filter(({ score }) => score >= sure) };
        const plain = (of: readonly LabelledBox[]): SceneAnswer => ({
          kind: 'boxes',
          boxes: of.map(({ box, class: label }) => ({ box, class: label }))
        });
        const [truth, answer] = [plain(shown.there), plain(shown.found)];
        return { picture: from + row, value: agreement(shown), truth, answer };
      });
    },
    value: () => known(meanAveragePrecision(pictures, arch.classes), 0),
    perClass: () =>
      Array.from({ length: arch.classes }, (_, label) => ({
        value: label > 0 ? averagePrecision(pictures, label) : null,
        count: pictures.reduce((sum, { there }) => sum + there.filter((one) => one.class === label).length, 0)
      }))
  };
}

/** Reads a whole split through a network; throws on an empty split. */
export async function reportOnScenes(
  network: Network,
  split: SplitName,
  dataset: SceneSet,
  options: EvaluateOptions
): Promise<SceneReport> {
  const { arch } = network;
  const objective = objectiveFor(arch);
  const inBoxes = learnedBy[arch.head.kind] === 'boxes';
  const sums = inBoxes ? boxes(network) : masks(network);
  let [count, loss, terms] = [0, 0, 0];
  let worst: Judged[] = [];
  for await (const answered of answersOf(network, split, dataset, options)) {
    const verdict = lossOf(answered.output, { count: answered.count, ...answered.truths }, { arch, objective });
    loss += verdict.loss * verdict.terms;
    terms += verdict.terms;
    count += answered.count;
    worst = [...worst, ...sums.add(answered)]
      .sort((a, b) => a.value - b.value || a.picture - b.picture)
      .slice(0, mostScenes);
  }
  const { shape, classes, splits } = dataset;
  const size = shape[0] * shape[1] * shape[2];
  const pixelsOf = (picture: number): Uint8Array => splits[split].images.slice(picture * size, (picture + 1) * size);
  const perClass = sums.perClass().map((own, label) => ({ name: classes[label] ?? String(label), ...own }));
  return {
    kind: 'scenes',
    split,
    count,
    loss: loss / Math.max(1, terms),
    classes,
    shape,
    metric: metricOf(arch),
    value: sums.value(),
    // The background is nothing to find.
    perClass: inBoxes ? perClass.slice(1) : perClass,
    worst: worst.map((scene) => ({ ...scene, pixels: pixelsOf(scene.picture) }))
  };
}

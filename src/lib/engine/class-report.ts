/** @file Step 4, network: how a trained classifier does on a split in full: which classes it mixes up, and its worst mistakes. */
import type { Shape } from '$lib/arch/architecture';
import type { ClassSet, SplitName } from '$lib/data/dataset';
import { softmax } from '$lib/task/softmax';
import { answersOf, readable, type EvaluateOptions } from './answers';
import type { Network } from './engine';

/** A picture that was taken for something else. */
export interface Mistake {
  /** Index in the split. */
  readonly picture: number;
  readonly truth: number;
  readonly predicted: number;
  /** Softmax share 0..1 of the wrong answer, and of the right one. */
  readonly probability: number;
  readonly truthProbability: number;
  /** The picture itself, uint8 [height, width, channels]. */
  readonly pixels: Uint8Array;
}

/** One class of a report. */
export interface ClassReport {
  readonly name: string;
  readonly count: number;
  /** Share 0..1 of the class's pictures that were found; null without pictures. */
  readonly recall: number | null;
  /** Share 0..1 of the pictures given this class that belong to it; null when it was never given. */
  readonly precision: number | null;
}

/** What every report on a split says. */
export interface Reported {
  readonly split: SplitName;
  readonly count: number;
  /** Mean loss, without smoothing. */
  readonly loss: number;
  readonly classes: readonly string[];
  /** Height, width and channels of a picture. */
  readonly shape: Shape;
}

/** How a trained classifier does on a split. */
export interface ClassesReport extends Reported {
  readonly kind: 'classes';
  readonly accuracy: number;
  /** Share 0..1 of pictures whose class is among the five likeliest; null below six classes. */
  readonly top5: number | null;
  /** Pictures by true class (rows) and answered class (columns). */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassReport[];
  /** Most confidently wrong first; at most 36. */
  readonly worst: readonly Mistake[];
}

const mostMistakes = 36;
const few = 5;

type Found = Omit<Mistake, 'pixels'>;

function perClass(names: readonly string[], confusion: readonly (readonly number[])[]): ClassReport[] {
  const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);
  return names.map((name, i) => {
    const row = confusion[i] ?? [];
    const count = row.reduce((sum, value) => sum + value, 0);
    const given = confusion.reduce((sum, of) => sum + (of[i] ?? 0), 0);
    const right = row[i] ?? 0;
    return { name, count, recall: share(right, count), precision: share(right, given) };
  });
}

/** Reads a whole split through a classifier; throws on an empty split. */
export async function reportOnClasses(
  network: Network,
  split: SplitName,
  dataset: ClassSet,
  options: EvaluateOptions
): Promise<ClassesReport> {
  const { shape, classes, splits } = dataset;
  const count = readable(dataset, split, options.limit);
  const size = shape[0] * shape[1] * shape[2];
  const confusion = classes.map(() => classes.map(() => 0));
  let wrong: Found[] = [];
  let loss = 0;
  let correct = 0;
  let amongFew = 0;
  for await (const { from, count: part, truths, output } of answersOf(network, split, dataset, options)) {
    for (let row = 0; row < part; row++) {
      const own = output.subarray(row * classes.length, (row + 1) * classes.length);
      const truth = truths.labels[row] ?? 0;
      const of = softmax(own);
      const right = own[truth] ?? NaN;
      const predicted = own.reduce((best, value, i) => (value > (own[best] ?? NaN) ? i : best), 0);
      const [line, truthProbability = 0, probability = 0] = [confusion[truth], of[truth], of[predicted]];
      if (line) line[predicted] = (line[predicted] ?? 0) + 1;
      loss -= Math.log(Math.max(truthProbability, Number.MIN_VALUE));
      if (predicted === truth) correct += 1;
      else wrong.push({ picture: from + row, truth, predicted, probability, truthProbability });
      if (own.reduce((above, value) => above + (value > right ? 1 : 0), 0) < few) amongFew += 1;
    }
    wrong = wrong.sort((a, b) => b.probability - a.probability || a.picture - b.picture).slice(0, mostMistakes);
  }
  const pixelsOf = (picture: number): Uint8Array => splits[split].images.slice(picture * size, (picture + 1) * size);
  return {
    kind: 'classes',
    split,
    count,
    loss: loss / count,
    accuracy: correct / count,
    top5: classes.length > few ? amongFew / count : null,
    classes,
    shape,
    confusion,
    perClass: perClass(classes, confusion),
    worst: wrong.map((mistake) => ({ ...mistake, pixels: pixelsOf(mistake.picture) }))
  };
}

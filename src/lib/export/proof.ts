/** @file Step 8, export: an exported file's answers set beside those of the network it was made from. */

/** Answers by the name of the op that gave them, [pictures, ...] each. */
export type Answers = Readonly<Record<string, ArrayLike<number>>>;

/** What passes: differences up to a share of the largest number (or of 1 where that is larger), or noise this far below. */
export type ProofRule =
  { readonly kind: 'difference'; readonly share: number } | { readonly kind: 'noise'; readonly leastDb: number };

/** What a run of the file in somebody else's runtime showed. */
export interface Proof {
  /** 'onnxruntime-web 1.30.0, 1 thread'. */
  readonly runtime: string;
  readonly pictures: number;
  /** Largest difference of two numbers. */
  readonly maxDifference: number;
  /** Largest number expected. */
  readonly largest: number;
  readonly rule: ProofRule;
  /** Share of the pictures whose largest logit is the same one; null where the answer is no list of classes. */
  readonly top1: number | null;
  /** Shares of the pictures that are classed right; null where nobody knows what is right. */
  readonly accuracy: { readonly network: number; readonly file: number } | null;
  /** Power of the answers over the power of the differences, in dB; null where there is no difference. */
  readonly snrDb: number | null;
  /** Whether fast kernels took every operator; null where the runtime does not tell. */
  readonly accelerated: boolean | null;
  /** Milliseconds a picture while the file was asked, several at once, on this device; null where nobody looked. */
  readonly msPerPicture: number | null;
  readonly passed: boolean;
}

/** How a file is judged. */
export interface Judgement {
  readonly runtime: string;
  readonly pictures: number;
  readonly rule: ProofRule;
  /** Classes of the one answer; null where it is something else. */
  readonly classes: number | null;
  readonly accelerated: boolean | null;
  readonly msPerPicture: number | null;
  /** The class of each picture; null where they are of other classes than the network's. */
  readonly labels: Uint8Array | null;
}

const largestAt = (values: ArrayLike<number>, from: number, count: number): number => {
  let best = 0;
  for (let i = 1; i < count; i++) if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i;
  return best;
};

/** Share of the rows of `classes` numbers whose largest is at the same place. */
export function agreement(expected: ArrayLike<number>, got: ArrayLike<number>, classes: number): number {
  const count = Math.floor(expected.length / classes);
  let same = 0;
  for (let i = 0; i < count; i++) {
    if (largestAt(expected, i * classes, classes) === largestAt(got, i * classes, classes)) same += 1;
  }
  return count === 0 ? 0 : same / count;
}

/** Share of the rows of `classes` numbers whose largest is at the label. */
function accuracyOf(answers: ArrayLike<number>, labels: Uint8Array, classes: number): number {
  let right = 0;
  labels.forEach((label, i) => (right += largestAt(answers, i * classes, classes) === label ? 1 : 0));
  return right / labels.length;
}

/** Judges every answer; one that is missing, of another length or no number fails. */
export function prove(expected: Answers, got: Answers, judgement: Judgement): Proof {
  const { runtime, pictures, rule, classes, accelerated, msPerPicture, labels } = judgement;
  let [maxDifference, largest, power, noise] = [0, 0, 0, 0];
  for (const [name, values] of Object.entries(expected)) {
    const found = got[name];
    if (found?.length !== values.length) maxDifference = Infinity;
    for (let i = 0; found && i < values.length; i++) {
      const [value, other] = [values[i] as number, found[i] as number];
      const difference = Math.abs(value - other);
      maxDifference = Number.isNaN(difference) ? Infinity : Math.max(maxDifference, difference);
      largest = Math.max(largest, Math.abs(value));
      power += value * value;
      noise += difference * difference;
    }
  }
  const [only = ''] = Object.keys(expected);
  const [wanted, found] = [expected[only] ?? [], got[only] ?? []];
  const top1 = classes === null ? null : agreement(wanted, found, classes);
  const accuracy =
    classes === null || !labels
      ? null
      : { network: accuracyOf(wanted, labels, classes), file: accuracyOf(found, labels, classes) };
  const snrDb = noise > 0 ? 10 * Math.log10(power / noise) : null;
  const isQuiet = maxDifference < Infinity && (snrDb ?? Infinity) >= (rule.kind === 'noise' ? rule.leastDb : -Infinity);
  const passed = rule.kind === 'noise' ? isQuiet : maxDifference <= rule.share * Math.max(1, largest);
  return { runtime, pictures, maxDifference, largest, rule, top1, accuracy, snrDb, accelerated, msPerPicture, passed };
}

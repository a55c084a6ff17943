/** @file Command line: what the numbers of a run mean: classes, detections, shares of a mask. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { formatPercent } from '$lib/base/format';
import { detect } from '$lib/task/detect';
import { m } from '$paraglide/messages';
import type { RunOutput } from './forward';
import { columns } from './print';

export interface AnswerOptions {
  readonly count: number;
  /** Lines shown of each picture. */
  readonly top: number;
  readonly labels: readonly string[];
  /** Size of the picture in which boxes are wanted. */
  readonly picture: Shape;
}

/** Lines to print and the same as data. */
export interface Answer {
  readonly lines: readonly string[];
  readonly result: object;
}

/** The part of a picture in an output of all. */
function pictureOf({ shape, data }: RunOutput, index: number): Float32Array {
  const size = data.length / (shape[0] ?? 1);
  return data.subarray(index * size, (index + 1) * size);
}

function softmax(values: Float32Array): number[] {
  const top = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = Array.from(values, (value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function classify(values: Float32Array, { top, labels }: AnswerOptions) {
  const shares = softmax(values);
  const best = shares.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  return best.slice(0, top).map((index) => {
    const [logit = 0, probability = 0] = [values[index], shares[index]];
    return { class: index, label: labels[index] ?? null, logit, probability };
  });
}

function classLines(best: ReturnType<typeof classify>): string {
  const head = [m.cli_col_class(), m.cli_col_logit(), m.cli_col_probability(), m.cli_col_label()];
  const cells = best.map(({ class: index, logit, probability, label }) => [
    String(index),
    logit.toFixed(4),
    formatPercent(probability, 2),
    label ?? '–'
  ]);
  return columns([head, ...cells], 'ends');
}

/** The largest class of each pixel as shares of the picture; a single map is a mask, on above one half. */
function areas(values: Float32Array, arch: Architecture, labels: readonly string[]) {
  const { classes, head } = arch;
  const counts = new Array<number>(Math.max(2, classes)).fill(0);
  const pixels = values.length / classes;
  const limit = head.kind === 'decoder' && head.out === 'sigmoid' ? 0.5 : 0;
  for (let i = 0; i < pixels; i++) {
    let best = 0;
    if (classes === 1) best = (values[i] ?? 0) > limit ? 1 : 0;
    else
      for (let c = 1; c < classes; c++)
        if ((values[i * classes + c] ?? 0) > (values[i * classes + best] ?? 0)) best = c;
    counts[best] = (counts[best] ?? 0) + 1;
  }
  return counts
    .map((count, index) => ({ class: index, label: labels[index] ?? null, share: count / pixels }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.class - b.class);
}

function areaLines(found: ReturnType<typeof areas>): string {
  const head = [m.cli_col_class(), m.cli_col_share(), m.cli_col_label()];
  const cells = found.map(({ class: index, share, label }) => [String(index), formatPercent(share, 2), label ?? '–']);
  return columns([head, ...cells], 'ends');
}

function detections(values: Float32Array, arch: Architecture, { top, labels, picture }: AnswerOptions) {
  const [height, width] = picture;
  return detect(values, arch, { width, height })
    .slice(0, top)
    .map(({ box, score, class: index }) => ({ class: index, label: labels[index] ?? null, score, box }));
}

function detectionLines(found: ReturnType<typeof detections>): string {
  const head = [m.cli_col_class(), m.cli_col_score(), m.cli_col_box(), m.cli_col_label()];
  const cells = found.map(({ class: index, score, box, label }) => [
    String(index),
    score.toFixed(3),
    box.map((side) => side.toFixed(1)).join(' '),
    label ?? '–'
  ]);
  return columns([head, ...cells], 'ends');
}

/** Mean, deviation and largest of a map, for maps no one answer is read from. */
function featureAnswer(outputs: readonly RunOutput[]): Answer {
  const cells = outputs.map(({ id, row, shape, data }) => {
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const square = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    return [row === null ? id : String(row), shape.join('×'), mean.toFixed(4), Math.sqrt(square).toFixed(4)];
  });
  const head = [m.cli_col_row(), m.cli_col_output(), m.cli_col_mean(), m.cli_col_deviation()];
  return { lines: [columns([head, ...cells])], result: {} };
}

/** Says what came out, picture by picture. */
export function describeAnswer(arch: Architecture, outputs: readonly RunOutput[], options: AnswerOptions): Answer {
  const [output] = outputs;
  const { head } = arch;
  if (!output || head.kind === 'features') return featureAnswer(outputs);
  const lines: string[] = [];
  const pictures: object[] = [];
  for (let i = 0; i < options.count; i++) {
    const values = pictureOf(output, i);
    if (options.count > 1) lines.push('', m.cli_run_picture({ index: i + 1, count: options.count }));
    if (head.kind === 'classifier') {
      const classes = classify(values, options);
      pictures.push({ classes });
      lines.push(classLines(classes));
    } else if (head.kind === 'ssdlite') {
      const found = detections(values, arch, options);
      pictures.push({ detections: found });
      lines.push(found.length > 0 ? detectionLines(found) : m.cli_run_nothing());
    } else {
      const found = areas(values, arch, options.labels);
      pictures.push({ areas: found });
      lines.push(areaLines(found));
    }
  }
  return { lines, result: { pictures } };
}

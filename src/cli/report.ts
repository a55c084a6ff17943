/** @file Command line: how a network does on a split, as lines and as data. */
import { formatPercent } from '$lib/base/format';
import type { Report } from '$lib/engine/report';
import { m } from '$paraglide/messages';
import { columns } from './print';

/** Mix-ups named of a confusion matrix. */
const mostPairs = 3;

/** The classes most often taken for one another, one line. */
export function confusionLines({ confusion, classes }: Report): string[] {
  const pairs = confusion.flatMap((row, truth) => row.map((count, answer) => ({ truth, answer, count })));
  const worst = pairs
    .filter(({ truth, answer, count }) => truth !== answer && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostPairs);
  if (worst.length === 0) return [];
  const name = (index: number): string => classes[index] ?? String(index);
  const words = worst.map(({ truth, answer, count }) =>
    m.cli_mixed_up({ truth: name(truth), answer: name(answer), count })
  );
  return [m.cli_mixed({ pairs: words.join('; ') })];
}

const shareOf = (share: number | null): string => (share === null ? '–' : formatPercent(share, 1));

/** Everything: the score, the classes, and the confusion matrix with true classes as rows. */
export function reportLines(report: Report): string[] {
  const { classes, confusion, top5, loss } = report;
  const accuracy = formatPercent(report.accuracy, 2);
  const score = { split: report.split, count: report.count, loss: loss.toFixed(4), accuracy };
  const head = [m.cli_col_class(), m.cli_col_pictures(), m.cli_col_recall(), m.cli_col_precision()];
  const perClass = report.perClass.map(({ name, count, recall, precision }) => {
    return [name, String(count), shareOf(recall), shareOf(precision)];
  });
  const matrix = confusion.map((row, i) => [`${i} ${classes[i] ?? ''}`, ...row.map(String)]);
  return [
    top5 === null ? m.cli_eval_score(score) : m.cli_eval_score_top5({ ...score, top5: formatPercent(top5, 2) }),
    '',
    columns([head, ...perClass]),
    '',
    m.cli_eval_matrix(),
    columns([['', ...classes.map((_, i) => String(i))], ...matrix]),
    '',
    ...confusionLines(report)
  ];
}

/** The same as data; pictures are named by their index in the split. */
export function reportJson(report: Report): object {
  const { shape: _, worst, ...rest } = report;
  return { ...rest, worst: worst.map(({ pixels: __, ...mistake }) => mistake) };
}

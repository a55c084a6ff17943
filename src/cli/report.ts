/** @file Command line: how a network does on a split, as lines and as data. */
import { formatPercent } from '$lib/base/format';
import type { ClassesReport } from '$lib/engine/class-report';
import type { Report } from '$lib/engine/report';
import type { SceneReport } from '$lib/engine/scene-report';
import { m } from '$paraglide/messages';
import { columns } from './print';

/** Mix-ups named of a confusion matrix. */
const mostPairs = 3;

/** Worst scenes named. */
const mostScenes = 6;

/** The classes most often taken for one another, one line. */
function confusionLines({ confusion, classes }: ClassesReport): string[] {
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

/** The worst scenes of a split, one line. */
function sceneLines({ worst }: SceneReport): string[] {
  const scenes = worst
    .slice(0, mostScenes)
    .map(({ picture, value }) => m.cli_worst_scene({ picture, value: formatPercent(value, 0) }));
  return [m.cli_worst_scenes({ scenes: scenes.join(', ') })];
}

/** Where the network errs most, one line. */
export const worstLines = (report: Report): string[] =>
  report.kind === 'classes' ? confusionLines(report) : sceneLines(report);

/** The score, and IoU or average precision of each class. */
function scenesLines(report: SceneReport): string[] {
  const { split, count, metric, perClass } = report;
  const score = { split, count, metric, value: formatPercent(report.value, 2), loss: report.loss.toFixed(4) };
  const figure = metric === 'mIoU' ? [m.cli_col_pixels(), m.cli_col_iou()] : [m.cli_col_things(), m.cli_col_ap()];
  const rows = perClass.map((own) => [own.name, String(own.count), shareOf(own.value)]);
  return [m.cli_eval_scenes(score), '', columns([[m.cli_col_class(), ...figure], ...rows]), '', ...sceneLines(report)];
}

/** The score, the classes, and the confusion matrix with true classes as rows. */
function classesLines(report: ClassesReport): string[] {
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

/** Everything about a split. */
export const reportLines = (report: Report): string[] =>
  report.kind === 'classes' ? classesLines(report) : scenesLines(report);

/** The same as data; pictures are named by their index in the split, masks are left out. */
export function reportJson(report: Report): object {
  const { shape: _, ...rest } = report;
  if (rest.kind === 'classes') return { ...rest, worst: rest.worst.map(({ pixels: __, ...mistake }) => mistake) };
  return { ...rest, worst: rest.worst.map(({ picture, value }) => ({ picture, value })) };
}

/** @file State: where a training stands, in words. */
import type { Architecture } from '$lib/arch/architecture';
import { formatCount, formatPercent } from '$lib/base/format';
import type { Report } from '$workers/train/protocol';
import { m } from '$paraglide/messages';
import type { Phase } from './phase';
import type { TrainView } from './train-run';

const preparing = {
  data: m.run_prepare_data,
  engine: m.run_prepare_engine,
  network: m.run_prepare_network,
  timing: m.train_prepare_timing
} as const satisfies Record<NonNullable<TrainView['preparing']>, () => string>;

/** What a live training is doing. */
export function trainWords(view: TrainView | null, phase: Phase): string {
  if (!view || phase === 'starting') return m.run_starting();
  if (view.preparing) return preparing[view.preparing]();
  if (view.lines.length >= view.epochs) return m.train_finishing();
  const epoch = Math.min(view.epochs, Math.floor(view.share * view.epochs) + 1);
  const speed = view.imagesPerSecond === null ? '' : m.run_speed({ count: formatCount(view.imagesPerSecond) });
  return [m.run_epoch_of({ epoch, epochs: view.epochs }), speed].filter(Boolean).join(', ');
}

/** What a training leaves that was stopped within its first epoch. */
function unfinished(report: Report): string {
  const value = report.kind === 'classes' ? report.accuracy : report.value;
  return m.train_reached_unfinished({ value: formatPercent(value) });
}

/** What a training that ended early leaves. */
export function trainReached(view: TrainView | null): string {
  if (!view?.best) return view?.report ? unfinished(view.report) : m.run_train_nothing();
  const [epochs, value] = [view.lines.length, formatPercent(view.best.validationAccuracy)];
  if (view.metric !== 'accuracy') return m.train_reached_metric({ epochs, metric: view.metric, value });
  return m.run_train_reached({ epochs, accuracy: value });
}

/** Whether two networks are one table, whatever they are called. */
export function sameTable(a: Architecture, b: Architecture): boolean {
  const table = ({ stem, rows, head, input, classes }: Architecture): string =>
    JSON.stringify([stem, rows, head, input, classes]);
  return table(a) === table(b);
}

/** @file Workers: what training on with rounded values came to, in sentences. */
import { formatPercent } from '$lib/base/format';
import type { Proof } from '$lib/export/proof';
import { m } from '$paraglide/messages';
import type { TuneFacts } from './protocol';

/** What was won, and why no more was. */
export function tunedWords(facts: TuneFacts): readonly string[] {
  const { epochs, metric, pictures: count, elapsedMs, stopped, failed } = facts;
  const share = (value: number): string => formatPercent(value, 1);
  const [floats, before, after] = [share(facts.floats), share(facts.before), share(facts.after)];
  const seconds = (elapsedMs / 1000).toFixed(0);
  const words = { epochs, metric, floats, before, after, count, seconds };
  return [
    facts.moved ? m.quantize_tuned(words) : m.quantize_tuned_for_nothing(words),
    ...(stopped ? [m.quantize_tune_stopped()] : []),
    ...(failed === null ? [] : [m.quantize_tune_failed({ reason: failed })])
  ];
}

/** More than a point, and more than one picture, is worth a training. */
const [leastLost, leastPictures] = [0.01, 2];

/** Advice where 8 bits get fewer pictures right than the network in floats; none where they do not. */
export function tuningHint({ accuracy, pictures }: Proof): readonly string[] {
  const lost = accuracy ? accuracy.network - accuracy.file : 0;
  if (lost <= leastLost || Math.round(lost * pictures) < leastPictures) return [];
  return [m.quantize_tune_hint({ points: formatPercent(lost, 1) })];
}

/** @file Step 8, export: a proof in one sentence. */
import { m } from '$paraglide/messages';
import type { Proof } from './proof';

/** How far two answers are: 4.7e-9, 0.13, 3. */
export function formatDifference(value: number): string {
  return value > 0 && value < 0.01 ? value.toExponential(1) : String(Number(value.toPrecision(2)));
}

/** Who ran the file on how many pictures and how far its answers are; the failed rule where it failed. */
export function verdictOf({ runtime, pictures: count, maxDifference, largest, rule, snrDb, passed }: Proof): string {
  const facts = { runtime, difference: formatDifference(maxDifference), count, largest: largest.toPrecision(3) };
  if (passed) return m.export_checked(facts);
  if (rule.kind === 'difference') return m.export_check_failed({ ...facts, limit: formatDifference(rule.share) });
  return m.export_noise_failed({ ...facts, db: (snrDb ?? -Infinity).toFixed(1), least: rule.leastDb });
}

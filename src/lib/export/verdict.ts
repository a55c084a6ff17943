/** @file Step 8, export: a proof in one sentence. */
import { m } from '$paraglide/messages';
import type { Proof } from './proof';

const small = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** Who ran the file on how many pictures and how far its answers are; the failed rule where it failed. */
export function verdictOf({ runtime, pictures: count, maxDifference, largest, rule, snrDb, passed }: Proof): string {
  const facts = { runtime, difference: small(maxDifference), count, largest: largest.toPrecision(3) };
  if (passed) return m.export_checked(facts);
  if (rule.kind === 'difference') return m.export_check_failed({ ...facts, limit: small(rule.share) });
  return m.export_noise_failed({ ...facts, db: (snrDb ?? -Infinity).toFixed(1), least: rule.leastDb });
}

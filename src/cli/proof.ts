/** @file Command line: what a proof showed, in lines. */
import { formatPercent } from '$lib/base/format';
import type { Proof } from '$lib/export/proof';
import { m } from '$paraglide/messages';

/** A few digits, as differences are told. */
export const small = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** The sentences of a proof, the verdict first. */
export function proofLines(proof: Proof): readonly string[] {
  const { runtime, pictures, maxDifference, largest, limit, top1, snrDb, accelerated, passed } = proof;
  const facts = { runtime, difference: small(maxDifference), count: pictures, largest: largest.toPrecision(3) };
  const verdict = passed ? m.export_checked(facts) : m.export_check_failed({ ...facts, limit: small(limit) });
  return [
    verdict,
    ...(top1 === null ? [] : [m.export_top1({ share: formatPercent(top1, 1) })]),
    ...(snrDb === null ? [] : [m.export_snr({ db: snrDb.toFixed(1) })]),
    ...(accelerated === null ? [] : [accelerated ? m.export_accelerated() : m.export_unaccelerated()])
  ];
}

/** @file Command line: what a proof showed, in lines. */
import { formatBytes, formatMs, formatPart, formatPercent } from '$lib/base/format';
import type { Proof } from '$lib/export/proof';
import { verdictOf } from '$lib/export/verdict';
import type { Int8Facts } from '$workers/export/protocol';
import { m } from '$paraglide/messages';
import { columns } from './print';

/** The sentences of a proof, the verdict first. */
export function proofLines(proof: Proof): readonly string[] {
  const { top1, accuracy, snrDb, accelerated, msPerPicture } = proof;
  return [
    verdictOf(proof),
    ...(top1 === null ? [] : [m.export_top1({ share: formatPercent(top1, 1) })]),
    ...(accuracy === null
      ? []
      : [m.export_accuracy({ file: formatPercent(accuracy.file, 1), network: formatPercent(accuracy.network, 1) })]),
    ...(snrDb === null ? [] : [m.export_snr({ db: snrDb.toFixed(1) })]),
    ...(msPerPicture === null ? [] : [m.export_ms({ ms: formatMs(msPerPicture) })]),
    ...(accelerated === null ? [] : [accelerated ? m.export_accelerated() : m.export_unaccelerated()])
  ];
}

/** Layers shown, the noisiest first. */
const mostLayers = 5;

/** What 8 bits did: the share of the weights, and the layers where most of the signal is lost. */
export function int8Lines({ share, layers, floatMs, int8Ms, floatBytes }: Int8Facts): readonly string[] {
  const noisy = layers
    .flatMap(({ id, snrDb }) => (snrDb === null ? [] : [{ id, snrDb }]))
    .toSorted((a, b) => a.snrDb - b.snrDb)
    .slice(0, mostLayers);
  const rows = noisy.map(({ id, snrDb }) => [id, snrDb.toFixed(1)]);
  return [
    m.export_int8_share({ share: formatPart(share.integers, share.all) }),
    m.export_int8_speed({
      int8: formatMs(int8Ms),
      float: formatMs(floatMs),
      times: (floatMs / int8Ms).toFixed(2),
      size: formatBytes(floatBytes)
    }),
    columns([[m.export_int8_noisiest(), m.export_int8_db()], ...rows])
  ];
}

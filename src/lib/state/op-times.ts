/** @file State: the times of a network's ops where any measurement of this browser has them all. */
import type { Architecture } from '$lib/arch/architecture';
import type { OpTimes } from '$lib/export/model-explorer';
import { opTimesOf } from '$lib/export/op-times';
import type { LatencyTable } from '$lib/latency/table';
import { lower } from '$lib/ops/lower';

/** Times from the first table that has every op; null where none has. */
export function timesIn(tables: readonly (LatencyTable | null)[], arch: Architecture): OpTimes | null {
  const ops = lower(arch);
  for (const table of tables) {
    const times = table && opTimesOf(ops, table);
    if (times) return times;
  }
  return null;
}

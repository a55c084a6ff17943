/** @file Step 8, export: the times of a network's single ops, from a measured latency table. */
import { opKey } from '$lib/latency/key';
import { settingLabel } from '$lib/latency/setting';
import type { LatencyTable } from '$lib/latency/table';
import type { Op } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import type { OpTimes } from './model-explorer';

/**
 * The time of each op as it was measured by itself, ms per picture: not its share of the whole network, which overlaps and
 * fuses. Null where the table lacks an op.
 */
export function opTimesOf(ops: readonly Op[], table: LatencyTable): OpTimes | null {
  const msPerOp: Record<string, number> = {};
  for (const op of ops) {
    const timing = table.timings[opKey(op)];
    if (!timing) return null;
    msPerOp[op.id] = timing.medianMs;
  }
  const { version, threads } = table.device;
  const day = table.measuredAt.slice(0, 10);
  const setting = m.export_times_setting({ setting: settingLabel(table.setting), version, threads, day });
  return { msPerOp, kind: 'measured', setting };
}

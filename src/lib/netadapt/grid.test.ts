import { describe, expect, test } from 'vitest';
import { fitTo } from '$lib/arch/fit';
import { presetById } from '$lib/arch/presets/catalogue';
import { interpolatorOf } from '$lib/latency/interpolate';
import { distinctOps, opKey } from '$lib/latency/key';
import { timingOf } from '$lib/latency/measure';
import { NO_CORRECTION, type LatencyTable } from '$lib/latency/table';
import { lower } from '$lib/ops/lower';
import { atLevels, gridOps, widthLevels } from './grid';
import { groupsOf } from './groups';
import { defaultWidthRules, legalWidths } from './propose';

const archs = ['v1', 'v2', 'v3-small'].map((id) => fitTo(presetById(id)!.arch, [28, 28, 1], 10).arch);

function tableOf(keys: Iterable<string>): LatencyTable {
  const timings = Object.fromEntries([...keys].map((key) => [key, timingOf([1], 1, true)]));
  const device = { runtime: 'formula', version: '1', backend: 'none', threads: 1, simd: true, isolated: true };
  const setting = { runtime: 'formula', resolution: [28, 28, 1] as const, batch: 64 };
  const measuredAt = '2026-01-01T00:00:00Z';
  return { format: 1, setting, device, measuredAt, correction: NO_CORRECTION, calibration: [], timings };
}

describe('gridOps(arch)', () => {
  test('widthLevels(240, 8) spans the smallest legal width to the width itself', () => {
    expect(widthLevels(240, 8)).toEqual([8, 80, 160, 240]);
    expect(widthLevels(8, 8)).toEqual([8]);
  });

  test.each(archs.map((arch) => [arch.name, arch] as const))(
    'lets every cut of one group of %s be interpolated',
    (_, arch) => {
      const timing = interpolatorOf(tableOf(distinctOps(gridOps(arch)).keys()));
      for (const group of groupsOf(arch)) {
        for (const next of legalWidths(arch, group, defaultWidthRules)) {
          const missing = lower(next.arch).filter((op) => timing(op) === null);
          expect(missing.map(opKey), `${group.id} at ${next.to}`).toEqual([]);
        }
      }
    }
  );

  test('scales every multiply by gates as wide as its map', () => {
    const scales = gridOps(archs[2]!).filter((op) => op.kind === 'multiply');
    expect(scales.length).toBeGreaterThan(0);
    for (const { gate, in: map } of scales) expect(gate).toEqual([1, 1, map[2]]);
  });

  test.each([0, 1, 2, 3])('holds every op of the network at level %i', (level) => {
    const keys = distinctOps(gridOps(archs[2]!));
    const missing = lower(atLevels(archs[2]!, () => level)).filter((op) => !keys.has(opKey(op)));
    expect(missing).toEqual([]);
  });
});

import { describe, expect, test, vi } from 'vitest';
import { presets } from '../arch/presets/catalogue';
import { setField } from '../arch/edit';
import { paced } from './paced';
import { hashOf, readHash } from './url';

describe('the link of a network', () => {
  test.each(presets.map((preset) => [preset.id, preset.arch] as const))('carries %s there and back', (_, arch) => {
    expect(readHash(hashOf(arch))).toEqual({ kind: 'ok', value: arch });
  });

  test('carries an edited network there and back', () => {
    const arch = setField(presets[3]!.arch, 'rows.4.kernel', 3);
    expect(readHash(hashOf(arch))).toEqual({ kind: 'ok', value: arch });
  });

  test.each(['', '#train', '#measure'])('%j names no network', (hash) => {
    expect(readHash(hash)).toBeNull();
  });

  test.each(['#n=', '#n=3~v3-small', '#n=1~nowhere', '#n=1~a~b~c', '#n=1~%E0%A4%A', '#%%%'])(
    '%j is answered with issues',
    (hash) => {
      const read = readHash(hash);
      expect(read?.kind).toBe('bad');
      expect(read?.kind === 'bad' && read.issues[0]?.message.length).toBeGreaterThan(10);
    }
  );

  test('is written at once, then at a pace, and the last value always', () => {
    vi.useFakeTimers();
    const written: number[] = [];
    const writer = paced<number>((value) => written.push(value), 300);
    writer.call(1);
    expect(written).toEqual([1]);
    writer.call(2);
    writer.call(3);
    vi.advanceTimersByTime(299);
    expect(written).toEqual([1]);
    vi.advanceTimersByTime(1);
    expect(written).toEqual([1, 3]);
    writer.call(4);
    writer.cancel();
    vi.advanceTimersByTime(600);
    expect(written).toEqual([1, 3]);
    vi.useRealTimers();
  });
});

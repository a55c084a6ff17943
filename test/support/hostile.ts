/** @file Test support: reads many broken files: each is read whole or refused in our words, within 200 ms of processor time. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { rngOf } from '../../src/lib/base/rng';
import type { Damages } from './damage';

/** Null for what is read whole; else why it is not. */
export type Answer = string | null;

/** Good files of a format, how they break, and what reads them: it answers, and never throws. */
export interface HostileReader<T> {
  readonly goods: readonly T[];
  readonly damages: Damages<T>;
  readonly read: (file: T) => Answer | Promise<Answer>;
}

/** What a language says that ran into a broken file by itself. */
const accidents =
  /is not a function|not iterable|Cannot (read|convert|mix|set)|call stack|Invalid (array|typed|string|count)|^$/;

/** An answer and the least processor time of a few tries: what the reader needs, not what else runs in the process. */
export async function timed<T, A>(read: (file: T) => A | Promise<A>, file: T): Promise<{ answer: A; ms: number }> {
  let ms = Infinity;
  for (let turn = 0; ; turn++) {
    const start = process.cpuUsage();
    const answer = await read(file);
    const { user, system } = process.cpuUsage(start);
    ms = Math.min(ms, (user + system) / 1000);
    if (turn === 7 || ms < 100) return { answer, ms };
  }
}

/** Reads `count` broken files, as many of each kind of damage, and prints what became of them. */
export async function tryHostile<T>(
  name: string,
  { goods, damages, read }: HostileReader<T>,
  { count, seed }: { readonly count: number; readonly seed: number }
): Promise<void> {
  const kinds = Object.keys(damages);
  const numRuns = Math.ceil(count / kinds.length);
  // A kind that is rarer than one in ten is hardly tried.
  expect(kinds.length).toBeLessThanOrEqual(10);
  for (const good of goods) expect((await timed(read, good)).answer).toBeNull();
  const seen = { read: 0, refused: 0 };
  const slowest = { ms: 0, kind: '' };
  for (const kind of kinds) {
    const damaged = fc.asyncProperty(fc.nat(goods.length - 1), fc.integer(), async (index, stream) => {
      const { answer, ms } = await timed(read, damages[kind]!(goods[index] as T, rngOf(stream)));
      if (ms > slowest.ms) Object.assign(slowest, { ms, kind });
      seen[answer === null ? 'read' : 'refused'] += 1;
      if (answer !== null) expect(answer).not.toMatch(accidents);
      expect(ms).toBeLessThan(200);
    });
    await fc.assert(damaged, { numRuns, seed });
  }
  const { ms, kind } = slowest;
  process.stdout.write(
    `${name}: ${numRuns * kinds.length} files of ${kinds.length} kinds; ${seen.read} read, ${seen.refused} refused; ` +
      `slowest ${ms.toFixed(0)} ms (${kind})\n`
  );
  expect(seen.refused).toBeGreaterThan(count / 25);
}

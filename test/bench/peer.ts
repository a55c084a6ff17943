/** @file Benchmarks: something that trains a network step by step when it is its turn. */

/** One contender; its steps are counted in CPU time of its whole process. */
export interface Peer {
  readonly name: string;
  /** Does steps of the whole batch, one after the other; CPU ms of each. */
  steps(count: number): Promise<readonly number[]>;
  dispose(): void;
}

/** The middle value; NaN of none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** CPU ms this process spends on some work. */
export async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** When a peer may come: `steps` of each of `rounds` turns. */
export interface Turns {
  readonly rounds: number;
  readonly steps: number;
}

/** CPU ms of a step for each peer, its median over the turns; every peer has one turn a round, two more warm up. */
export async function interleave(
  peers: readonly { readonly peer: Peer; readonly turns: Turns }[]
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number[]>(peers.map(({ peer }) => [peer.name, []]));
  const rounds = Math.max(...peers.map(({ turns }) => turns.rounds));
  for (let round = -2; round < rounds; round++) {
    for (const { peer, turns } of peers) {
      if (round >= turns.rounds) continue;
      const spent = await peer.steps(turns.steps);
      if (round >= 0) times.get(peer.name)?.push(...spent);
    }
  }
  return new Map([...times].map(([name, spent]) => [name, median(spent)]));
}

/** @file Benchmarks: a peer in a process of its own, asked line by line, so that no peer's compiler or collector counts as another's time. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Peer } from './peer';

/** What a child's first line says. */
type Hello = Readonly<Record<string, unknown>>;

/** Starts a process that prints one JSON line, then answers each "step N" with N CPU times in ms. */
export async function openChild(
  name: string,
  command: string,
  { args, env = {} }: { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> }
): Promise<Peer & { hello: Hello }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const next: IteratorResult<string, undefined> = await lines.next();
    if (next.done) throw new Error(`${name}: must answer, the process ended`);
    return JSON.parse(next.value);
  };
  return {
    name,
    hello: (await answer()) as Hello,
    async steps(count) {
      child.stdin.write(`step ${count}\n`);
      return (await answer()) as number[];
    },
    dispose: () => child.stdin.end()
  };
}

/** The other end: answers from a peer until nobody asks any more. */
export async function serve(peer: Peer, hello: Hello): Promise<void> {
  console.log(JSON.stringify(hello));
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await peer.steps(Number(line.split(' ')[1]))));
  }
  peer.dispose();
}

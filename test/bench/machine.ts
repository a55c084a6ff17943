/** @file Benchmarks: where a figure was measured, and the file it is kept in. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem, type } from 'node:os';

/** What a reader needs to judge a time; the load is that of the last 1, 5 and 15 minutes. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  readonly torch: string | null;
  readonly load: readonly number[];
}

/** Describes this machine now. */
export function describeMachine(torch: string | null): Machine {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: others.length + 1,
    memoryMb: Math.round(totalmem() / 1e6),
    system: `${type()} ${process.arch}`,
    node: process.version,
    torch,
    load: loadavg().map((load) => Number(load.toFixed(2)))
  };
}

/** Writes a result beside the others; returns its path. */
export function keepResult(name: string, result: object): string {
  const folder = 'test/bench/results';
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${name}.json`;
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

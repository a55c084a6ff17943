/** @file Benchmarks: PyTorch as a child process that waits for its turn; null where Debian's Python or its torch is absent. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture, Row } from '../../src/lib/arch/architecture';
import { openChild } from './child-peer';
import type { Peer } from './peer';

const PYTHON = '/usr/bin/python3';

export type Layout = 'channels_last' | 'default';

/** Version of PyTorch, or null where it is absent. */
export function torchVersion(): string | null {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

function rowOf(row: Row): object {
  if (row.kind !== 'bneck') throw new Error(`benchmark network: rows must be bnecks, got ${row.kind}`);
  const { kernel, expSize, out, nl, stride, se } = row;
  return { kernel, expSize, out, nl, stride, se: se?.channels ?? 0 };
}

/** The table as torch_step.py reads it. */
function tableOf({ input, classes, norm, stem, rows, head }: Architecture): object {
  if (head.kind !== 'classifier' || !norm || !stem)
    throw new Error('benchmark network: needs a stem, norms, a classifier');
  return { input, classes, ...norm, stem, rows: rows.map(rowOf), head: head.conv };
}

/** Threads that wait for each other sleep: spinning ones take seconds a step where others use the processor too. */
export const quietThreads = { OMP_WAIT_POLICY: 'PASSIVE', GOMP_SPINCOUNT: '0' };

/** Starts PyTorch with the network of the table. */
export async function openTorch(arch: Architecture, batch: number, layout: Layout, threads = 1): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-torch-'));
  const file = join(folder, 'network.json');
  writeFileSync(file, JSON.stringify(tableOf(arch)));
  const script = join(process.cwd(), 'test/bench/torch_step.py');
  const args = [script, file, String(batch), layout, String(threads)];
  const peer = await openChild(`PyTorch ${layout}`, PYTHON, { args, env: quietThreads });
  rmSync(folder, { recursive: true });
  return peer;
}

/** @file SIMD engine, several workers on one training: the replicas of a network, which live and die together. */
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import type { ReplicaPort, ReplicaRequest, SpawnReplica } from './parallel-port';

/** Replicas in their threads. */
export interface Crew {
  /** Why there is no crew any more, in a sentence; null while all is well. */
  readonly lost: string | null;
  /** Tells replica `index` (from 0) something. */
  tell(index: number, request: ReplicaRequest): void;
  /** Waits until each replica has said that it is ready; rejects with the reason when one is not. */
  ready(): Promise<void>;
  /** Ends all threads; the first reason is kept. */
  end(reason: string): void;
}

/** How many replicas, how long they may take to start, and what is called once when they are lost. */
export interface CrewOptions {
  readonly count: number;
  readonly limitMs: number;
  readonly onLost: () => void;
}

/** Starts the threads; rejects when one does not start. */
export async function openCrew(spawn: SpawnReplica, { count, limitMs, onLost }: CrewOptions): Promise<Crew> {
  const ports: ReplicaPort[] = [];
  let lost: string | null = null;
  let readied = 0;
  let look: () => void = () => undefined;

  const end = (reason: string): void => {
    if (lost !== null) return;
    lost = reason;
    onLost();
    for (const port of ports) port.kill();
    look();
  };

  const start = (worker: number): Promise<ReplicaPort> =>
    spawn({
      answered(answer) {
        if (answer.kind === 'failed') end(m.parallel_failed({ worker, reason: answer.reason }));
        else readied += 1;
        look();
      },
      died: (reason) => end(m.parallel_died({ worker, reason }))
    });

  try {
    // The caller is the first worker.
    for (let worker = 2; worker < count + 2; worker++) ports.push(await start(worker));
  } catch (cause) {
    end(m.parallel_unopened({ reason: reasonOf(cause) }));
    throw new Error(lost ?? '', { cause });
  }

  return {
    get lost() {
      return lost;
    },
    tell: (index, request) => ports[index]?.send(request),
    ready: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(m.parallel_silent({ seconds: Math.ceil(limitMs / 1000) })), limitMs);
        look = () => {
          if (lost === null && readied < count) return;
          clearTimeout(timer);
          look = () => undefined;
          if (lost === null) resolve();
          else reject(new Error(lost));
        };
        look();
      }),
    end
  };
}

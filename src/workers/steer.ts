/** @file Workers: the frame of every runner: what it throws becomes a failed end, pause and stop reach its trainers. */
import { reasonOf } from '$lib/base/reason';
import type { RunEnd, RunGate, Runner } from './run';

/** Trainers a run keeps busy. */
interface Steerable {
  pause(): void;
  resume(): void;
  close(): void;
}

/** Makes a runner of one run; `pool` answers the trainers once there are any. */
export function steered<Request, Event, Result>(
  gate: RunGate,
  run: (request: Request, report: (event: Event) => Promise<void>) => Promise<RunEnd<Result>>,
  pool: () => Steerable | null = () => null
): Runner<Request, Event, Result> {
  return {
    async run(request, report) {
      try {
        return await run(request, report);
      } catch (error) {
        return { kind: 'failed', reason: reasonOf(error) };
      } finally {
        pool()?.close();
      }
    },
    pause() {
      gate.pause();
      pool()?.pause();
    },
    resume() {
      pool()?.resume();
      gate.resume();
    },
    stop() {
      gate.stop();
      pool()?.close();
    }
  };
}

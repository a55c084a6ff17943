/** @file Command line: drives a run to its end: progress on standard error, Ctrl-C keeps what was reached. */
import { setTimeout as rest } from 'node:timers/promises';
import type { RunEnd, Runner } from '$workers/run';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { remark } from './print';

/** How a run was left: finished, or stopped by the user with what it had. */
export interface Finished<Result> {
  readonly stopped: boolean;
  readonly result: Result;
}

/** One press of Ctrl-C may arrive more than once: from the terminal, and from npm, which passes on what it heard. */
const samePressMs = 200;

/** Runs to the end, however it ends; the first Ctrl-C stops softly, the second ends the program. */
export async function driveToEnd<Request, Event, Result>(
  runner: Runner<Request, Event, Result>,
  request: Request,
  tell: (event: Event) => void
): Promise<RunEnd<Result>> {
  let pressed: 'never' | 'once' | 'again' = 'never';
  const onInterrupt = async (): Promise<void> => {
    if (pressed === 'again') process.exit(130);
    if (pressed === 'once') return;
    pressed = 'once';
    remark(m.cli_stopping());
    runner.stop();
    await rest(samePressMs);
    // What came during a long step is heard before this second rest ends.
    await rest(samePressMs);
    pressed = 'again';
  };
  const listener = (): void => void onInterrupt();
  process.on('SIGINT', listener);
  try {
    return await runner.run(request, (event) => {
      tell(event);
      // A turn of the event loop, in which Ctrl-C is heard.
      return new Promise((resolve) => setImmediate(resolve));
    });
  } finally {
    process.off('SIGINT', listener);
  }
}

/** Runs to the end; throws InputError with the reason of a failure, or when nothing was reached before a stop. */
export async function drive<Request, Event, Result>(
  runner: Runner<Request, Event, Result>,
  request: Request,
  tell: (event: Event) => void
): Promise<Finished<Result>> {
  const end = await driveToEnd(runner, request, tell);
  if (end.kind === 'failed') throw new InputError(end.reason);
  if (end.kind === 'done') return { stopped: false, result: end.result };
  if (end.result === null) throw new InputError(m.cli_stopped_early());
  return { stopped: true, result: end.result };
}

let written = false;

/** Rewrites one line of progress on a terminal; elsewhere prints nothing. */
export function progress(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\x1b[2K${text}`);
  written = true;
}

/** Ends the line of progress. */
export function endProgress(): void {
  if (written) process.stderr.write('\r\x1b[2K');
  written = false;
}

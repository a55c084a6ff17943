/** @file Command line: drives a run to its end: progress on standard error, Ctrl-C keeps what was reached. */
import type { RunEnd, Runner } from '$workers/run';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { remark } from './print';

/** How a run was left: finished, or stopped by the user with what it had. */
export interface Finished<Result> {
  readonly stopped: boolean;
  readonly result: Result;
}

/** Runs to the end; the first Ctrl-C stops softly, the second ends the program. Throws InputError with the reason of a failure. */
export async function drive<Request, Event, Result>(
  runner: Runner<Request, Event, Result>,
  request: Request,
  tell: (event: Event) => void
): Promise<Finished<Result>> {
  let stopping = false;
  const onInterrupt = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    remark(m.cli_stopping());
    runner.stop();
  };
  process.on('SIGINT', onInterrupt);
  try {
    const end: RunEnd<Result> = await runner.run(request, (event) => {
      tell(event);
      // A turn of the event loop, in which Ctrl-C is heard.
      return new Promise((resolve) => setImmediate(resolve));
    });
    if (end.kind === 'failed') throw new InputError(end.reason);
    if (end.kind === 'done') return { stopped: false, result: end.result };
    if (end.result === null) throw new InputError(m.cli_stopped_early());
    return { stopped: true, result: end.result };
  } finally {
    process.off('SIGINT', onInterrupt);
  }
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

/** @file Test support: how long the page's main thread was kept busy at a stretch, from a Chromium trace. */
import type { Page } from 'playwright';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Thread CPU time of a complete event, in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Starts a trace of the page's process; `stop` answers its events. */
export async function startTrace(page: Page): Promise<{ stop(): Promise<readonly TraceEvent[]> }> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  const categories = 'disabled-by-default-devtools.timeline,devtools.timeline,toplevel,__metadata';
  await session.send('Tracing.start', { traceConfig: { includedCategories: categories.split(',') } });
  return {
    async stop() {
      const done = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
      await session.send('Tracing.end');
      await done;
      await session.detach();
      return events;
    }
  };
}

/** The longest task of any page's main thread in ms of its own CPU time; throws when the trace shows none. */
export function longestTask(events: readonly TraceEvent[]): number {
  const mains = events.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain');
  const isMain = (event: TraceEvent): boolean => mains.some(({ pid, tid }) => pid === event.pid && tid === event.tid);
  const tasks = events.filter((event) => event.ph === 'X' && event.tdur !== undefined && isMain(event));
  if (tasks.length === 0) throw new Error('trace: must hold tasks of a main thread, got none');
  return Math.max(...tasks.map((task) => task.tdur ?? 0)) / 1000;
}

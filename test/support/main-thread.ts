/** @file Test support: how long the page's main thread was kept busy at a stretch, from a Chromium trace. */
import type { Page } from 'playwright';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Begin and length in microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Thread CPU time of a complete event, in microseconds. */
  readonly tdur?: number;
  readonly args: {
    readonly name?: string;
    readonly chrome_mojo_event_info?: { readonly mojo_interface_tag?: string };
  };
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

/** Tasks in which the test itself looks at the page through the protocol of the developer tools. */
const isLook = ({ args }: TraceEvent): boolean =>
  args.chrome_mojo_event_info?.mojo_interface_tag?.startsWith('blink.mojom.DevTools') ?? false;

/**
 * The longest task of any page's main thread in ms of its own CPU time, those of the test left out, though not the style
 * and layout found in them; throws when the trace shows none.
 */
export function longestTask(events: readonly TraceEvent[]): number {
  const mains = events.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain');
  const onMain = (event: TraceEvent): boolean => mains.some(({ pid, tid }) => pid === event.pid && tid === event.tid);
  const whole = events.filter((event) => event.ph === 'X' && event.tdur !== undefined && onMain(event));
  const looks = whole.filter(isLook);
  const holds = (task: TraceEvent, look: TraceEvent): boolean =>
    task.pid === look.pid && task.tid === look.tid && task.ts <= look.ts && look.ts < task.ts + (task.dur ?? 0);
  const tasks = whole.filter((task) => !looks.some((look) => holds(task, look)));
  if (tasks.length === 0) throw new Error('trace: must hold tasks of a main thread, got none');
  return Math.max(...tasks.map((task) => task.tdur ?? 0)) / 1000;
}

/** How often a second a page's main thread lays it out, over the whole trace. */
export function layoutsPerSecond(events: readonly TraceEvent[]): number {
  const timed = events.filter(({ ts }) => ts > 0);
  const begin = timed.reduce((least, { ts }) => Math.min(least, ts), Infinity);
  const end = timed.reduce((most, { ts }) => Math.max(most, ts), 0);
  return (timed.filter(({ name, ph }) => name === 'Layout' && ph === 'X').length * 1e6) / (end - begin);
}

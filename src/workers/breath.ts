/** @file Workers: lets messages in between two steps of long work. */

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

// In Node an open port would keep the process alive after the work is done.
if ('unref' in channel.port1 && typeof channel.port1.unref === 'function') channel.port1.unref();

/** Ends the current task so that queued messages are handled; a message to oneself is not slowed down as timers are. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

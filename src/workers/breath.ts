/** @file Workers: lets messages in between two steps of long work. */

const channel = new MessageChannel();
const waiting: (() => void)[] = [];

/** In Node an open port keeps the process alive: it may do so only while somebody waits. */
const port = channel.port1 as MessagePort & { ref?(): void; unref?(): void };

port.onmessage = () => {
  waiting.shift()?.();
  if (waiting.length === 0) port.unref?.();
};
port.unref?.();

/** Ends the current task so that queued messages are handled; a message to oneself is not slowed down as timers are. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    port.ref?.();
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

/** @file State: the phases of a run, and which step leads from one to the next. */

export type Phase =
  'idle' | 'starting' | 'running' | 'paused' | 'stopping' | 'done' | 'stopped' | 'failed' | 'interrupted';

/** Whether a worker is at work, or held, for the run. */
export function isLive(phase: Phase): boolean {
  return phase === 'starting' || phase === 'running' || phase === 'paused' || phase === 'stopping';
}

/** The phase of a run read back after a reload: what was live has lost its worker. */
export function afterReload(phase: Phase): Phase {
  return isLive(phase) ? 'interrupted' : phase;
}

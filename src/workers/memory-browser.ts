/** @file Workers: what was timed on this device, kept in the browser's own database. */
import { openDB } from 'idb';
import type { ChoiceMemory } from './open-engine';

const open = () =>
  openDB<{ timings: { key: string; value: string } }>('bneck-engines', 1, {
    upgrade: (database) => void database.createObjectStore('timings')
  });

/** A browser that refuses to keep anything forgets: the next run times again. */
export const browserMemory: ChoiceMemory = {
  device: `${navigator.userAgent} ${navigator.hardwareConcurrency || 1}`,
  async recall(key) {
    try {
      return (await (await open()).get('timings', key)) ?? null;
    } catch {
      return null;
    }
  },
  async remember(key, text) {
    try {
      await (await open()).put('timings', text, key);
    } catch {
      return;
    }
  }
};

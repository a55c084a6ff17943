/** @file State: the presets on hand: the papers' from the start, the articles' once they have come after the page. */
import { papers } from '$lib/arch/presets/papers';
import type { Preset } from '$lib/arch/presets/preset';

class KnownPresets {
  #all = $state.raw<readonly Preset[]>(papers);

  get all(): readonly Preset[] {
    return this.#all;
  }
  byId(id: string): Preset | undefined {
    return this.#all.find((preset) => preset.id === id);
  }
  /** Loads every preset; settles when all of them can be named. */
  async complete(): Promise<void> {
    this.#all = (await import('$lib/arch/presets/catalogue')).presets;
  }
}

/** Of the whole page. */
export const known = new KnownPresets();

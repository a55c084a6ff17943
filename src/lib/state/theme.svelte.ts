/** @file State: light, dark or as the system, kept on this device. */

export type Theme = 'light' | 'dark' | 'system';

const key = 'bneck.theme';
const order: readonly Theme[] = ['system', 'light', 'dark'];

/** The theme chosen; `static/theme.js` applies the stored one before the first paint. */
export class ThemeChoice {
  #theme = $state<Theme>('system');

  get value(): Theme {
    return this.#theme;
  }

  /** Reads what was stored; call it once in the browser. */
  load(): void {
    const stored = localStorage.getItem(key);
    this.#theme = order.find((theme) => theme === stored) ?? 'system';
  }

  /** Steps from system to light to dark and round. */
  step(): void {
    this.#theme = order[(order.indexOf(this.#theme) + 1) % order.length] ?? 'system';
    localStorage.setItem(key, this.#theme);
    if (this.#theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.#theme;
  }
}

/** @file Components: what a key does in the grid: where the focus goes, or which verb it calls. */

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type GridAct =
  | { readonly kind: 'go'; readonly to: Place }
  | { readonly kind: 'step'; readonly by: 1 | -1 }
  | { readonly kind: 'open' }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'type'; readonly text: string }
  | { readonly kind: 'shift'; readonly by: 1 | -1 }
  | { readonly kind: 'remove' };

interface Key {
  readonly key: string;
  readonly alt: boolean;
  readonly mod: boolean;
}

const arrows: Readonly<Record<string, readonly [line: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
};

const inside = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));

/** Reads a key pressed on a cell of a grid of `lines` x `columns`; null when the grid does not use it. */
export function gridKey(
  key: Key,
  at: Place,
  size: { readonly lines: number; readonly columns: number }
): GridAct | null {
  if (key.alt && (key.key === 'ArrowLeft' || key.key === 'ArrowRight')) {
    return { kind: 'shift', by: key.key === 'ArrowLeft' ? -1 : 1 };
  }
  const arrow = arrows[key.key];
  if (arrow && !key.alt && !key.mod) {
    const to = { line: inside(at.line + arrow[0], size.lines), column: inside(at.column + arrow[1], size.columns) };
    return { kind: 'go', to };
  }
  if (key.key === 'Home' || key.key === 'End') {
    const column = key.key === 'Home' ? 0 : size.columns - 1;
    const line = key.mod ? (key.key === 'Home' ? 0 : size.lines - 1) : at.line;
    return { kind: 'go', to: { line, column } };
  }
  if (key.mod || key.alt) return null;
  if (key.key === '+' || key.key === '=') return { kind: 'step', by: 1 };
  if (key.key === '-' || key.key === '_') return { kind: 'step', by: -1 };
  if (key.key === 'Enter' || key.key === 'F2') return { kind: 'open' };
  if (key.key === ' ') return { kind: 'toggle' };
  if (key.key === 'Delete') return { kind: 'remove' };
  return /^[\p{L}\p{N}]$/u.test(key.key) ? { kind: 'type', text: key.key } : null;
}

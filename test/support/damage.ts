/** @file Test support: every way in which a disk, a download or an attacker breaks a file, drawn by seed. */
import type { Rng } from '../../src/lib/base/rng';

/** Ways to break a good file, by name; each draws what it does from a stream. */
export type Damages<T> = Readonly<Record<string, (good: T, rng: Rng) => T>>;

export const pick = <T>(rng: Rng, values: readonly T[]): T => values[rng.below(values.length)] as T;

/** The ends of what counters, offsets and sizes can be, and what lies beside them. */
const extremes = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff
];

/** Does it once to five times. */
function often<T>(good: T, rng: Rng, once: (from: T) => T): T {
  let bad = good;
  for (let left = 1 + rng.below(5); left > 0; left--) bad = once(bad);
  return bad;
}

const place = (bytes: Uint8Array, rng: Rng): number => rng.below(Math.max(1, bytes.length));

/** A word of four bytes (little endian) as another. */
function word(bytes: Uint8Array, rng: Rng, turned: (value: number) => number): Uint8Array {
  if (bytes.length < 4) return bytes;
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const at = rng.below(copy.length - 3);
  // Offsets and sizes are aligned where a format is.
  const start = rng.below(2) === 0 ? at & ~3 : at;
  view.setUint32(start, turned(view.getUint32(start, true)) >>> 0, true);
  return copy;
}

/** Breaks bytes of any format. */
export const byteDamages: Damages<Uint8Array> = {
  byte: (good, rng) =>
    often(good, rng, (bytes) => {
      const copy = bytes.slice();
      copy[place(copy, rng)] = rng.below(256);
      return copy;
    }),
  number: (good, rng) => often(good, rng, (bytes) => word(bytes, rng, () => pick(rng, extremes))),
  step: (good, rng) => often(good, rng, (bytes) => word(bytes, rng, (value) => value + rng.below(33) - 16)),
  cut: (good, rng) => good.slice(0, rng.below(good.length)),
  piece: (good, rng) =>
    often(good, rng, (bytes) => {
      const [from, to] = [place(bytes, rng), place(bytes, rng)];
      const piece = bytes.subarray(from, from + 1 + rng.below(64));
      const rest =
        rng.below(2) === 0 ? bytes : Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + piece.length)]);
      if (rng.below(3) === 0) return Uint8Array.from(rest);
      return Uint8Array.from(Buffer.concat([rest.subarray(0, to), piece, rest.subarray(to)]));
    }),
  fill: (good, rng) =>
    often(good, rng, (bytes) => {
      const at = place(bytes, rng);
      return bytes.slice().fill(pick(rng, [0, 0xff, 0x80, 0x20]), at, at + 1 + rng.below(64));
    })
};

const numbers = ['0', '-1', '1e9', '1e308', '-0', '0.5', '99999999999999999999', '2147483648', '4096', 'NaN', '1e-320'];
const words = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'x', '\\u0000', 'ſ', '🙂'];

/** One of the places that match, changed. */
function matched(text: string, rng: Rng, by: readonly [pattern: RegExp, change: (found: string) => string]): string {
  const [pattern, change] = by;
  const all = [...text.matchAll(pattern)];
  if (all.length === 0) return text;
  const { index, 0: found } = pick(rng, all);
  return text.slice(0, index) + change(found) + text.slice(index + found.length);
}

/** Breaks a text of any language. */
export const textDamages: Damages<string> = {
  cut: (good, rng) => good.slice(0, rng.below(good.length)),
  letter: (good, rng) =>
    often(good, rng, (text) => {
      const at = rng.below(text.length + 1);
      const letter = pick(rng, [
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        '(',
        ')',
        ',',
        ':',
        '~',
        '_',
        '9',
        '-',
        'e',
        '\0',
        '\n',
        ''
      ]);
      return text.slice(0, at) + letter + text.slice(at + rng.below(2));
    }),
  piece: (good, rng) =>
    often(good, rng, (text) => {
      const [from, to] = [rng.below(text.length + 1), rng.below(text.length + 1)];
      const piece = text.slice(from, from + 1 + rng.below(200));
      const rest = rng.below(2) === 0 ? text : text.slice(0, from) + text.slice(from + piece.length);
      return rng.below(3) === 0 ? rest : rest.slice(0, to) + piece + rest.slice(to);
    }),
  number: (good, rng) => often(good, rng, (text) => matched(text, rng, [/-?\d+(\.\d+)?/g, () => pick(rng, numbers)])),
  word: (good, rng) => often(good, rng, (text) => matched(text, rng, [/[A-Za-z_]\w*/g, () => pick(rng, words)])),
  many: (good, rng) => {
    const at = rng.below(good.length + 1);
    const piece = pick(rng, ['[', '(', '{"a":', '"', '\\', ' ', '-', '9', 'x', ',', '1,', '~', '_r9']);
    return good.slice(0, at) + piece.repeat(pick(rng, [50, 2000, 20_000])) + good.slice(at);
  }
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const oddities: readonly Json[] = [
  ...[null, true, false, -1, 0, 1, 2, 0.5, 64, 1e9, 2 ** 31, 2 ** 53, -1e308, '', '0', '-1', 'x', 'SAME'],
  ...[[], {}, [[]], [1, 2, 3, 4], [-1, -1], [1e9, 1e9, 1e9], { list: { i: ['9', '9'] } }, 'constructor', '__proto__']
];

type Holder = { [key: string]: Json };

/** Every place of a value: its parent and key. */
function places(value: Json, found: [Holder, string][] = []): [Holder, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Holder, key]);
    places((value as Holder)[key] ?? null, found);
  }
  return found;
}

/** A value replaced, left out, doubled, or exchanged with another. */
function changed(json: string, rng: Rng): string {
  const root = JSON.parse(json) as Json;
  const all = places(root);
  for (let times = 1 + rng.below(3); times > 0; times--) {
    const [parent, key] = pick(rng, all);
    const [other, otherKey] = pick(rng, all);
    const way = rng.below(5);
    if (way === 0) parent[key] = pick(rng, oddities);
    else if (way === 1 && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (way === 1) Reflect.deleteProperty(parent, key);
    else if (way === 2 && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)] ?? null) as never);
    else if (way === 2 && typeof parent[key] === 'number') parent[key] = parent[key] + pick(rng, [-1, 1, 7]);
    else if (way === 3 && typeof other[otherKey] !== 'object') parent[key] = other[otherKey] ?? null;
    else if (typeof parent[key] === 'string') parent[key] = `${parent[key]}${pick(rng, ['x', ':1', '0', '/'])}`;
    else parent[key] = pick(rng, oddities);
  }
  return JSON.stringify(root);
}

const mark = '@hole@';

/** The text with a value replaced by text that no tree can hold. */
function holed(json: string, rng: Rng, text: string): string {
  const root = JSON.parse(json) as Json;
  const [parent, key] = pick(rng, places(root));
  parent[key] = mark;
  return JSON.stringify(root).replace(`"${mark}"`, () => text);
}

/** Breaks a JSON text: what no longer parses, and what does but is not what it was. */
export const jsonDamages: Damages<string> = {
  ...textDamages,
  value: changed,
  nested: (good, rng) => {
    const depth = pick(rng, [50, 2000, 20_000]);
    const [open, close] = pick(rng, [
      ['[', ']'],
      ['{"a":', '}']
    ] as const);
    return holed(good, rng, `${open.repeat(depth)}0${close.repeat(depth)}`);
  },
  twice: (good, rng) =>
    often(good, rng, (text) =>
      matched(text, rng, [/"[^"\\]+":/g, (key) => `${pick(rng, [key, '"__proto__":'])}0,${key}`])
    )
};

/** The damages of some kinds alone. */
export const only = <T>(damages: Damages<T>, ...kinds: readonly string[]): Damages<T> =>
  Object.fromEntries(Object.entries(damages).filter(([kind]) => kinds.includes(kind)));

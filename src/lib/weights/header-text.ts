/** @file Step 4, network: the JSON header of a weights file as text: strict UTF-8, ASCII out, no name twice. */

const SMALLEST = [0, 0x80, 0x800, 0x10000];

/** Letters that are made at once. */
const PIECE = 4096;

/** Spreading typed arrays takes many times as long. */
const letters = (codes: Uint8Array): string => String.fromCharCode.apply(null, codes as unknown as number[]);

/** The text of bytes that are all ASCII; null where one is not. */
function asciiOf(bytes: Uint8Array): string | null {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 0x7f) return null;
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += letters(bytes.subarray(at, at + PIECE));
  return text;
}

/** Decodes strict UTF-8; null when the bytes are not UTF-8 (overlong forms and surrogates included). */
export function decodeUtf8(bytes: Uint8Array): string | null {
  const plain = asciiOf(bytes);
  if (plain !== null) return plain;
  const pieces: string[] = [];
  let units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i++] as number;
    const more =
      lead < 0x80
        ? 0
        : lead >= 0xc2 && lead < 0xe0
          ? 1
          : lead >= 0xe0 && lead < 0xf0
            ? 2
            : lead >= 0xf0 && lead < 0xf5
              ? 3
              : -1;
    if (more < 0 || i + more > bytes.length) return null;
    let code = more === 0 ? lead : lead & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = bytes[i++] as number;
      if ((next & 0xc0) !== 0x80) return null;
      code = (code << 6) | (next & 0x3f);
    }
    if (code < (SMALLEST[more] as number) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return null;
    if (code < 0x10000) units.push(code);
    else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    if (units.length > PIECE) {
      pieces.push(String.fromCharCode(...units));
      units = [];
    }
  }
  pieces.push(String.fromCharCode(...units));
  return pieces.join('');
}

/** JSON text in ASCII bytes: everything else as \u escapes. */
export function encodeJson(value: unknown): Uint8Array {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = JSON.stringify(value).replace(/[\u007f-\uffff]/g, escape);
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Where the string that opens at `from` closes, in valid JSON. */
function closes(json: string, from: number): number {
  let at = from + 1;
  while (json.charCodeAt(at) !== 0x22) at += json.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}

/** The first key that an object of the (valid) JSON text names twice; null when none does. */
export function duplicateKey(json: string): string | null {
  // A pattern for strings of any length would need as much stack.
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < json.length; i++) {
    const letter = json[i];
    if (letter === '{') open.push(new Set());
    else if (letter === '[') open.push(null);
    else if (letter === '}' || letter === ']') open.pop();
    else if (letter === '"') {
      const end = closes(json, i);
      let next = end + 1;
      while (/\s/.test(json[next] ?? '')) next += 1;
      if (json[next] === ':') {
        const key = String(JSON.parse(json.slice(i, end + 1)));
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      i = end;
    }
  }
  return null;
}

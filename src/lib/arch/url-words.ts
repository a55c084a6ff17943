/** @file Step 1, spec: the letters, numbers and names that link texts of every version are made of. */
import type { Gate, HeadLayer, NL } from './architecture';

const nls: Readonly<Record<NL, string>> = {
  linear: 'l',
  relu: 'r',
  relu6: 'x',
  hardSwish: 'h',
  swish: 'w',
  shiftedSwish: 't'
};
const gates: Readonly<Record<Gate, string>> = { hardSigmoid: 'h', sigmoid: 's', linear: 'l' };
const turned = (letters: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(letters).map(([word, letter]) => [letter, word]));
const nlOfLetter = turned(nls);
const gateOfLetter = turned(gates);

/** The letter of a non-linearity. */
export const nlCode = (nl: NL): string => nls[nl];
export const gateCode = (gate: Gate): string => gates[gate];

/** The words and numbers below are read loosely: whatever is wrong stays in the value for the table's check to name. */
export const nlOf = (letter: string | undefined): unknown => nlOfLetter.get(letter ?? '') ?? letter;
export const gateOf = (letter: string | undefined): unknown => gateOfLetter.get(letter ?? '') ?? letter;
export const numberOf = (text: string | undefined): unknown =>
  text !== undefined && text !== '' ? Number(text) : text;

/** Parts between dashes; the dash of an exponent ('1e-5') is none. */
export const parts = (text: string | undefined): string[] => (text ?? '').split(/(?<!\de)-/);

/** A name that holds no letter of the grammar; half a surrogate pair becomes the replacement character. */
export function nameCode(name: string): string {
  const whole = name.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
  return encodeURIComponent(whole).replaceAll('~', '%7E');
}

export function nameOf(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A cut-off percent escape: keep the letters, the rest of the link may be whole.
    return text;
  }
}

export const layerCode = (layer: HeadLayer | null): string => (layer ? `${layer.out}-${nlCode(layer.nl)}` : '0');

export function layerOf(text: string | undefined): unknown {
  if (text === '0') return null;
  const [out, nl] = parts(text);
  return { out: numberOf(out), nl: nlOf(nl) };
}

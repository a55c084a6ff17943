/** @file Command line: readers of single option values; each refusal names the option, the rule and what was typed. */
import { InvalidArgumentError } from 'commander';
import { m } from '$paraglide/messages';

/** Reads 224, HxW or HxWxC; `option` is the name the refusal says. */
export function parseSize(option: string): (text: string) => readonly number[] {
  return (text) => {
    const sizes = text.toLowerCase().split('x').map(Number);
    if (sizes.length < 1 || sizes.length > 3 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new InvalidArgumentError(m.cli_input_rule({ option, typed: text }));
    }
    return sizes;
  };
}

/** Reads a number within bounds; the message names the option. */
export function parseNumber(name: string, low: number, high: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (
      text.trim() === '' ||
      !Number.isFinite(value) ||
      value < low ||
      value > high ||
      (whole && !Number.isInteger(value))
    ) {
      const rule = { option: name, low, high, typed: text };
      throw new InvalidArgumentError(whole ? m.cli_whole_rule(rule) : m.cli_number_rule(rule));
    }
    return value;
  };
}

/** Reads one of the given words, or the value a word stands for. */
export function parseWord<Value>(option: string, words: Readonly<Record<string, Value>>): (text: string) => Value {
  return (text) => {
    if (Object.hasOwn(words, text)) return words[text] as Value;
    throw new InvalidArgumentError(m.cli_word_rule({ option, words: Object.keys(words).join(', '), typed: text }));
  };
}

/** Reads whole numbers from 0 with commas between them. */
export function parseIndices(option: string): (text: string) => readonly number[] {
  return (text) => {
    const indices = text.split(',').map((part) => (/^\s*\d{1,4}\s*$/.test(part) ? Number(part) : -1));
    if (indices.includes(-1)) throw new InvalidArgumentError(m.cli_indices_rule({ option, typed: text }));
    return indices;
  };
}

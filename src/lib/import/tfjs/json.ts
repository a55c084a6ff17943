/** @file Import: reads fields of a TensorFlow.js model.json that may hold anything. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';

export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is a plain object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as an object; `where` names it in the issue. */
export function fields(where: string, value: unknown): Fields {
  if (!isFields(value)) throw new NotUnderstood(where, m.import_tfjs_object());
  return value;
}

/** The value as a list. */
export function items(where: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new NotUnderstood(where, m.import_tfjs_list());
  return value;
}

/** The value as text. */
export function text(where: string, value: unknown): string {
  if (typeof value !== 'string') throw new NotUnderstood(where, m.import_tfjs_text());
  return value;
}

/** The value as a finite number; graph models spell whole numbers as text, too. */
export function number(where: string, value: unknown): number {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isFinite(read)) throw new NotUnderstood(where, m.import_tfjs_number());
  return read;
}

/** A whole number from `least` to 2^31 - 1. */
export function whole(where: string, value: unknown, least = 0): number {
  const read = number(where, value);
  if (!Number.isInteger(read) || read < least || read > 0x7fffffff) {
    throw new NotUnderstood(where, m.import_tfjs_whole({ least }));
  }
  return read;
}

/** Exactly two whole numbers, height before width; one number stands for both. */
export function pair(where: string, value: unknown): readonly [number, number] {
  if (!Array.isArray(value)) return [whole(where, value, 1), whole(where, value, 1)];
  const [height, width] = items(where, value);
  return [whole(where, height, 1), whole(where, width ?? height, 1)];
}

/** A value in a message; what is inside lists and objects may be anything, and as deep as it likes. */
export function said(value: unknown): string {
  if (Array.isArray(value))
    return `[${value
      .slice(0, 8)
      .map((one) => (typeof one === 'object' ? '…' : String(one)))
      .join(', ')}]`;
  return typeof value === 'object' && value !== null ? '{…}' : String(value).slice(0, 100);
}

/** Parses the text of a file that must hold one object. */
export function parseObject(where: string, json: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new NotUnderstood(where, m.import_tfjs_json());
  }
  return fields(where, value);
}

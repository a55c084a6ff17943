/** @file Command line: latency tables in and out of files. */
import { readFileSync } from 'node:fs';
import { describeIssues } from '$lib/arch/parse';
import { reasonOf } from '$lib/base/reason';
import { parseTableText, type LatencyTable } from '$lib/latency/table';
import { InputError } from './input-error';

/** Reads a latency table; throws InputError with what is wrong. */
export function loadTable(path: string): LatencyTable {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`--table ${path}: ${reasonOf(error)}`);
  }
  const parsed = parseTableText(text);
  if (parsed.kind === 'bad')
    throw new InputError(`--table ${path}: ${describeIssues(parsed.issues).replaceAll('\n', '; ')}`);
  return parsed.value;
}

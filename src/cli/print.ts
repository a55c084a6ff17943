/** @file Command line: how results reach the terminal and files. */
import { createHash } from 'node:crypto';
import { build } from '$lib/base/build';

/** Writes one line to standard output. */
export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a passing remark or progress to standard error, so that --json stays clean. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Which columns are texts, set to the left (`ends`: first and last); the others are numbers, set to the right. */
export type TextColumns = 'first' | 'ends' | 'all';

/** Rows of texts as aligned columns. */
export function columns(rows: readonly (readonly string[])[], texts: TextColumns = 'first'): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const isText = (i: number): boolean => i === 0 || texts === 'all' || (texts === 'ends' && i === widths.length - 1);
  const pad = (cell: string, i: number): string =>
    isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** SHA-256 of a text, hex. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What makes a result repeatable: carried by every result that is written. */
export interface Stamp {
  readonly version: string;
  readonly commit: string;
  readonly command: string;
  readonly engine?: string;
  readonly datasetSha256?: string;
  readonly tableSha256?: string;
}

/** The stamp of this run. */
export function stamp(details: Omit<Stamp, 'version' | 'commit' | 'command'> = {}): Stamp {
  const command = ['bneck', ...process.argv.slice(2)].join(' ');
  return { version: build.version, commit: build.commit, command, ...details };
}

/** Prints a value as JSON. */
export function json(value: unknown): void {
  line(JSON.stringify(value, null, 2));
}

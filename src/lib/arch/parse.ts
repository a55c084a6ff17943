/** @file Step 1, spec: reads a table from outside; a wrong table becomes issues with paths, never an exception. */
import * as v from 'valibot';
import { reasonOf } from '$lib/base/reason';
import { m } from '$paraglide/messages';
import type { Architecture, Issue } from './architecture';
import { ruleIssues } from './rules';
import { architectureSchema } from './schema';

export type Parsed<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** Issues of a valibot result, with JSON paths. */
export function issuesOf(issues: readonly v.BaseIssue<unknown>[]): readonly Issue[] {
  return issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }));
}

/** Checks a value and returns it as a table, or every issue found. */
export function parseArchitecture(value: unknown): Parsed<Architecture> {
  const result = v.safeParse(architectureSchema, value);
  if (!result.success) return { kind: 'bad', issues: issuesOf(result.issues) };
  const { $schema: _, ...arch } = result.output;
  const issues = ruleIssues(arch);
  return issues.length === 0 ? { kind: 'ok', value: arch } : { kind: 'bad', issues };
}

/** Letters of a table; 64 rows with every option come to some fifty thousand. */
const mostLetters = 200_000;

/** Reads a table from JSON text. */
export function parseArchitectureText(text: string): Parsed<Architecture> {
  if (text.length > mostLetters) {
    return { kind: 'bad', issues: [{ path: '', message: m.arch_text_long({ most: mostLetters }) }] };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = reasonOf(error);
    return { kind: 'bad', issues: [{ path: '', message: m.arch_not_json({ reason }) }] };
  }
  return parseArchitecture(value);
}

/** Every issue of a table already in hand; empty when it is valid. */
export function checkArchitecture(arch: Architecture): readonly Issue[] {
  const parsed = parseArchitecture(arch);
  return parsed.kind === 'ok' ? [] : parsed.issues;
}

/** One line per issue: 'rows.3.out: #out must be …'. */
export function describeIssues(issues: readonly Issue[], most = 5): string {
  const line = ({ path, message }: Issue): string => (path ? m.arch_issue_at({ path, rule: message }) : message);
  const lines = issues.slice(0, most).map(line);
  if (issues.length > most) lines.push(m.arch_issues_more({ count: issues.length - most }));
  return lines.join('\n');
}

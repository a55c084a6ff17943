/** @file Step 6, search: which tables search and NetAdapt serve, and why another is refused. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';

/**
 * What keeps a table from being searched or cut: a head other than the classifier, no stem, or a row that is not a
 * bneck, separable or conv row; null when nothing does.
 */
export function unservedIssue(arch: Architecture): Issue | null {
  if (arch.head.kind !== 'classifier')
    return { path: 'head.kind', message: m.search_unserved_head({ head: arch.head.kind }) };
  if (!arch.stem) return { path: 'stem', message: m.search_unserved_stem() };
  const at = arch.rows.findIndex((row) => row.kind === 'depthwise' || row.kind === 'squeezeExcite');
  const row = arch.rows[at];
  return row ? { path: `rows.${at}.kind`, message: m.search_unserved_row({ row: at + 1, kind: row.kind }) } : null;
}

/** @file Step 3, cost: every claim of the five articles, in their order, with the words of its verdict. */
import { m } from '$paraglide/messages';
import { claims000 } from './article-000';
import { claims001 } from './article-001';
import { claims002 } from './article-002';
import { claims003 } from './article-003';
import { claims004 } from './article-004';
import type { Claim, Verdict } from './claim';

export const claims: readonly Claim[] = [...claims000, ...claims001, ...claims002, ...claims003, ...claims004];

const words: Readonly<Record<Verdict, () => string>> = {
  right: m.article_verdict_right,
  partly: m.article_verdict_partly,
  wrong: m.article_verdict_wrong,
  differs: m.article_verdict_differs,
  measured: m.article_verdict_measured,
  unchecked: m.article_verdict_unchecked
};

/** A verdict in words. */
export const verdictInWords = (verdict: Verdict): string => words[verdict]();

/** The claims of the article that a preset is from; none for a paper's. */
export function claimsOf(presetId: string): readonly Claim[] {
  const article = /^article-(\d{3})/.exec(presetId)?.[1];
  return claims.filter((claim) => claim.article === article);
}

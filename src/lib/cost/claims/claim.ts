/** @file Step 3, cost: a claim of an article, its verdict and what was found, the figures counted from the tables. */

export type Verdict = 'right' | 'partly' | 'wrong' | 'differs' | 'measured' | 'unchecked';

/**
 * What a finding rests on: `tables` counted here; `text` plain to see in the article; `pytorch` seen when its code was
 * run in PyTorch; `nothing` where neither can tell.
 */
export type Grounds = 'tables' | 'text' | 'pytorch' | 'nothing';

export interface Claim {
  /** Stable, in the order of the articles: '001-residual'. */
  readonly id: string;
  readonly article: '000' | '001' | '002' | '003' | '004';
  readonly claim: () => string;
  readonly verdict: Verdict;
  readonly grounds: Grounds;
  readonly finding: () => string;
}

/** @file Step 3, cost: the claims of article 001. */
import type { Architecture, BneckRow } from '$lib/arch/architecture';
import { formatCount } from '$lib/base/format';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { consequencesOf } from '../consequences';
import type { Claim } from './claim';
import { bnecks, maddsOf, paramsOf, rowsWith, tableOf } from './figures';

const large = (): Architecture => tableOf('article-001-large');
const small = (): Architecture => tableOf('article-001-small');

/** Squeeze widths of some exp sizes of Large, smallest first. */
const squeezes = (arch: Architecture): string => {
  const widths = new Map(bnecks(arch).flatMap((row) => (row.se ? [[row.expSize, row.se.channels] as const] : [])));
  return [72, 120, 672].map((expSize) => widths.get(expSize)).join(', ');
};

/** Rows of the paper with a shortcut that the article loses. */
const lost = (paper: string): string => rowsWith(tableOf(paper), 'add').join(', ');

const tabled = ({ kernel, expSize, out, se, nl, stride }: BneckRow): string =>
  [kernel, expSize, out, se !== null, nl, stride].join();

/** How many rows are the paper's in every cell that the table prints. */
const equalRows = (arch: Architecture, paper: Architecture): number =>
  bnecks(arch).filter((row, index) => {
    const theirs = bnecks(paper)[index];
    return theirs && tabled(row) === tabled(theirs);
  }).length;

/** Convolutions count the SE layers, which the article writes as 1x1 convolutions; the dense ones are the head's. */
function quantized(): { dense: number; conv: number } {
  const ops = lower(large());
  const dense = ops.filter((op) => op.kind === 'dense' && op.id.startsWith('head.')).length;
  const weighted = ops.filter(({ kind }) => kind === 'conv' || kind === 'depthwise' || kind === 'dense').length;
  return { dense, conv: weighted - dense };
}

/** PyTorch's momentum is the share that is replaced. */
const momentumOf = (arch: Architecture): string => (1 - (arch.norm?.momentum ?? 0)).toFixed(2);

const dropoutOf = ({ head }: Architecture): string => String(head.kind === 'classifier' ? head.dropout : 0);

type Rest = Pick<Claim, 'claim' | 'verdict' | 'grounds' | 'finding'>;
const of = (id: string, rest: Rest): Claim => ({ id: `001-${id}`, article: '001', ...rest });

export const claims001: readonly Claim[] = [
  of('complete', {
    claim: m.article_claim_001_complete,
    verdict: 'right',
    grounds: 'text',
    finding: m.article_finding_001_complete
  }),
  of('activations', {
    claim: m.article_claim_001_activations,
    verdict: 'right',
    grounds: 'pytorch',
    finding: m.article_finding_001_activations
  }),
  of('se', {
    claim: m.article_claim_001_se,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => m.article_finding_001_se({ article: squeezes(large()), paper: squeezes(tableOf('v3-large')) })
  }),
  of('residual', {
    claim: m.article_claim_001_residual,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => m.article_finding_001_residual({ large: lost('v3-large'), small: lost('v3-small') })
  }),
  of('first', {
    claim: m.article_claim_001_first,
    verdict: 'differs',
    grounds: 'tables',
    finding: () => {
      const change = consequencesOf(tableOf('v3-large'), large()).find(({ key }) => key === 'expand');
      const figures = { params: formatCount(change?.params ?? 0), madds: formatCount(change?.madds ?? 0) };
      return m.article_finding_001_first(figures);
    }
  }),
  of('tables', {
    claim: m.article_claim_001_tables,
    verdict: 'right',
    grounds: 'tables',
    finding: () =>
      m.article_finding_001_tables({
        large: equalRows(large(), tableOf('v3-large')),
        small: equalRows(small(), tableOf('v3-small'))
      })
  }),
  of('small', {
    claim: m.article_claim_001_small,
    verdict: 'wrong',
    grounds: 'text',
    finding: m.article_finding_001_small
  }),
  of('totals', {
    claim: m.article_claim_001_totals,
    verdict: 'measured',
    grounds: 'tables',
    finding: () =>
      m.article_finding_001_totals({
        large: paramsOf(large()),
        largeMadds: maddsOf(large()),
        small: paramsOf(small()),
        smallMadds: maddsOf(small()),
        paperLarge: paramsOf(tableOf('v3-large')),
        paperLargeMadds: maddsOf(tableOf('v3-large')),
        paperSmall: paramsOf(tableOf('v3-small')),
        paperSmallMadds: maddsOf(tableOf('v3-small'))
      })
  }),
  of('dropout', {
    claim: m.article_claim_001_dropout,
    verdict: 'differs',
    grounds: 'tables',
    finding: () => m.article_finding_001_dropout({ article: dropoutOf(large()), paper: dropoutOf(tableOf('v3-large')) })
  }),
  of('norm', {
    claim: m.article_claim_001_norm,
    verdict: 'differs',
    grounds: 'tables',
    finding: () => {
      const paper = tableOf('v3-large');
      return m.article_finding_001_norm({
        epsilon: String(large().norm?.epsilon),
        momentum: momentumOf(large()),
        paperEpsilon: String(paper.norm?.epsilon),
        paperMomentum: momentumOf(paper)
      });
    }
  }),
  of('train', {
    claim: m.article_claim_001_train,
    verdict: 'right',
    grounds: 'pytorch',
    finding: m.article_finding_001_train
  }),
  of('quantize', {
    claim: m.article_claim_001_quantize,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => m.article_finding_001_quantize(quantized())
  }),
  of('tflite', {
    claim: m.article_claim_001_tflite,
    verdict: 'wrong',
    grounds: 'text',
    finding: m.article_finding_001_tflite
  }),
  of('comparison', {
    claim: m.article_claim_001_comparison,
    verdict: 'unchecked',
    grounds: 'nothing',
    finding: m.article_finding_001_comparison
  })
];

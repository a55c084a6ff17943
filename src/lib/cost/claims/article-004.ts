/** @file Step 3, cost: the claims of article 004. */
import type { Architecture } from '$lib/arch/architecture';
import { formatCount } from '$lib/base/format';
import { m } from '$paraglide/messages';
import { countAs } from '../count-as';
import { torchsummary } from '../torchsummary';
import type { Claim } from './claim';
import { bnecks, maddsOf, opMadds, paramsOf, rowsWith, tableOf } from './figures';
import { efficientStage, originalStage } from './last-stage';

const large = (): Architecture => tableOf('article-004-large');
const small = (): Architecture => tableOf('article-004-small');
const paper = (): Architecture => tableOf('v3-large');

const convOf = ({ head }: Architecture): number => (head.kind === 'classifier' ? (head.conv?.out ?? 0) : 0);
const hiddenOf = ({ head }: Architecture): number => (head.kind === 'classifier' ? (head.hidden?.out ?? 0) : 0);
const reluRows = (arch: Architecture): number => bnecks(arch).filter(({ nl }) => nl === 'relu').length;

/** The paper's Large with the stem of MobileNetV2. */
function wideStem(): Architecture {
  const arch = paper();
  return { ...arch, stem: arch.stem && { ...arch.stem, out: 32 } };
}

type Rest = Pick<Claim, 'claim' | 'verdict' | 'grounds' | 'finding'>;
const of = (id: string, rest: Rest): Claim => ({ id: `004-${id}`, article: '004', ...rest });

export const claims004: readonly Claim[] = [
  of('summary', {
    claim: m.article_claim_004_summary,
    verdict: 'right',
    grounds: 'tables',
    finding: () => {
      const [first, second] = [torchsummary(large()), torchsummary(small())];
      return m.article_finding_004_summary({
        largeRows: first.rows.length,
        large: formatCount(first.params),
        smallRows: second.rows.length,
        small: formatCount(second.params)
      });
    }
  }),
  of('columns', {
    claim: m.article_claim_004_columns,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => {
      const repaired = [tableOf('article-004-large-repaired'), tableOf('article-004-small-repaired')] as const;
      return m.article_finding_004_columns({
        out: [...new Set(bnecks(large()).map((row) => row.out))].join(', '),
        widths: bnecks(large())
          .map((row) => row.expSize)
          .join(', '),
        large: paramsOf(repaired[0]),
        small: paramsOf(repaired[1]),
        largeMadds: maddsOf(repaired[0]),
        smallMadds: maddsOf(repaired[1])
      });
    }
  }),
  of('paper', {
    claim: m.article_claim_004_paper,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () =>
      m.article_finding_004_paper({
        large: large().rows.length,
        small: small().rows.length,
        paperLarge: paper().rows.length,
        paperSmall: tableOf('v3-small').rows.length,
        conv: [convOf(large()), convOf(small())].join(' / '),
        paperConv: [convOf(paper()), convOf(tableOf('v3-small'))].join(' / '),
        hidden: hiddenOf(small()),
        largeMadds: maddsOf(large()),
        smallMadds: maddsOf(small()),
        paperLargeMadds: maddsOf(paper()),
        paperSmallMadds: maddsOf(tableOf('v3-small'))
      })
  }),
  of('219', {
    claim: m.article_claim_004_219,
    verdict: 'partly',
    grounds: 'tables',
    finding: () =>
      m.article_finding_004_219({
        madds: maddsOf(paper()),
        fvcore: formatCount(countAs(paper(), 'fvcore')),
        always: maddsOf(tableOf('article-001-large'))
      })
  }),
  of('h-swish', {
    claim: m.article_claim_004_h_swish,
    verdict: 'right',
    grounds: 'pytorch',
    finding: m.article_finding_004_h_swish
  }),
  of('se', {
    claim: m.article_claim_004_se,
    verdict: 'right',
    grounds: 'tables',
    finding: () => {
      const widths = bnecks(large()).flatMap(({ expSize, se }) => (se ? [`${expSize}→${se.channels}→${expSize}`] : []));
      return m.article_finding_004_se({ widths: [...new Set(widths)].join(', ') });
    }
  }),
  of('relu', {
    claim: m.article_claim_004_relu,
    verdict: 'partly',
    grounds: 'tables',
    finding: () =>
      m.article_finding_004_relu({
        large: reluRows(paper()),
        largeRows: paper().rows.length,
        small: reluRows(tableOf('v3-small')),
        smallRows: tableOf('v3-small').rows.length,
        articleSmall: reluRows(small()),
        articleRows: small().rows.length
      })
  }),
  of('netadapt', {
    claim: m.article_claim_004_netadapt,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () =>
      m.article_finding_004_netadapt({
        widths: bnecks(paper())
          .map((row) => row.out)
          .join(', '),
        rows: rowsWith(paper(), 'add').join(', '),
        count: paper().rows.length
      })
  }),
  of('stem', {
    claim: m.article_claim_004_stem,
    verdict: 'partly',
    grounds: 'tables',
    finding: () =>
      m.article_finding_004_stem({
        small: formatCount(opMadds(paper(), 'stem')),
        large: formatCount(opMadds(wideStem(), 'stem'))
      })
  }),
  of('last-stage', {
    claim: m.article_claim_004_last_stage,
    verdict: 'partly',
    grounds: 'tables',
    finding: () => {
      const [original, efficient] = [originalStage(), efficientStage()];
      return m.article_finding_004_last_stage({
        saved: formatCount(original - efficient),
        efficient: formatCount(efficient),
        original: formatCount(original)
      });
    }
  }),
  of('typo', {
    claim: m.article_claim_004_typo,
    verdict: 'partly',
    grounds: 'text',
    finding: m.article_finding_004_typo
  }),
  of('accuracy', {
    claim: m.article_claim_004_accuracy,
    verdict: 'unchecked',
    grounds: 'nothing',
    finding: m.article_finding_004_accuracy
  })
];

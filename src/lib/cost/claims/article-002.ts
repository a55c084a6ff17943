/** @file Step 3, cost: the claims of article 002. */
import type { Architecture } from '$lib/arch/architecture';
import { applyNetworkOptions } from '$lib/arch/options';
import { formatCount } from '$lib/base/format';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import type { Claim } from './claim';
import { bnecks, lastMap, maddsOf, opParams, paramsOf, tableOf } from './figures';

const large = (): Architecture => tableOf('article-002-large');

/** The row that article 002 quotes: `Block(3, 80, 480, 112, hswish(), SeModule(112), 1)`. */
const quoted = 11;

/** Multiply-adds of a 1x1 convolution of the map that the quoted row gates. */
function pointwise(): number {
  const gated = lower(large()).find(({ id }) => id === `row${quoted}.scale`);
  const [height, width, channels] = gated?.out ?? [0, 0, 0];
  return height * width * channels * channels;
}

type Rest = Pick<Claim, 'claim' | 'verdict' | 'grounds' | 'finding'>;
const of = (id: string, rest: Rest): Claim => ({ id: `002-${id}`, article: '002', ...rest });

export const claims002: readonly Claim[] = [
  of('complete', {
    claim: m.article_claim_002_complete,
    verdict: 'wrong',
    grounds: 'text',
    finding: m.article_finding_002_complete
  }),
  of('h-swish', {
    claim: m.article_claim_002_h_swish,
    verdict: 'right',
    grounds: 'pytorch',
    finding: m.article_finding_002_h_swish
  }),
  of('se', {
    claim: m.article_claim_002_se,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => {
      const row = bnecks(large())[quoted - 1];
      return m.article_finding_002_se({ channels: row?.out ?? 0, expanded: row?.expSize ?? 0 });
    }
  }),
  of('shortcut', {
    claim: m.article_claim_002_shortcut,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => {
      const params = formatCount(opParams(large(), `row${quoted}.shortcut`));
      return m.article_finding_002_shortcut({ params, row: quoted });
    }
  }),
  of('totals', {
    claim: m.article_claim_002_totals,
    verdict: 'measured',
    grounds: 'tables',
    finding: () => {
      const backbone = applyNetworkOptions(large(), { head: 'features' });
      const small = tableOf('article-002-small');
      return m.article_finding_002_totals({
        large: paramsOf(large()),
        largeMadds: maddsOf(large()),
        backbone: paramsOf(backbone),
        backboneMadds: maddsOf(backbone),
        out: lastMap(backbone),
        small: paramsOf(small),
        smallMadds: maddsOf(small)
      });
    }
  }),
  of('batch', {
    claim: m.article_claim_002_batch,
    verdict: 'partly',
    grounds: 'pytorch',
    finding: m.article_finding_002_batch
  }),
  of('pointwise', {
    claim: m.article_claim_002_pointwise,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => {
      const channels = bnecks(large())[quoted - 1]?.out ?? 0;
      return m.article_finding_002_pointwise({ channels, madds: formatCount(pointwise()) });
    }
  }),
  of('rows', {
    claim: m.article_claim_002_rows,
    verdict: 'right',
    grounds: 'tables',
    finding: () => m.article_finding_002_rows({ rows: large().rows.length })
  })
];

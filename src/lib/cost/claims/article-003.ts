/** @file Step 3, cost: the claims of article 003. */
import type { Architecture, Row } from '$lib/arch/architecture';
import { withInput } from '$lib/arch/scale';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { totalCost } from '../cost';
import type { Claim } from './claim';
import { lastMap, maddsOf, paramsOf, tableOf } from './figures';

const printed = (): Architecture => tableOf('article-003');

/** The paper's network with a plain 3x3 convolution for each separable one. */
function plain(): Architecture {
  const arch = tableOf('v1');
  const rows = arch.rows.map((row): Row => {
    if (row.kind !== 'separable') return row;
    const { kernel, out, nl, stride, dilation } = row;
    return { kind: 'conv', kernel, out, nl, stride, dilation };
  });
  return { ...arch, rows };
}

const ratio = (of: 'params' | 'madds'): string =>
  (totalCost(lower(plain()))[of] / totalCost(lower(tableOf('v1')))[of]).toFixed(1);

/** Sides of pictures that it reads: what comes out is one score per class. */
const sizes = (): readonly number[] =>
  [32, 96, 160, 224].filter((side) => {
    const out = lower(withInput(printed(), [side, side, 3])).at(-1)?.out ?? [0, 0, 0];
    return out[0] === 1 && out[1] === 1 && out[2] === printed().classes;
  });

/** Pointwise convolutions of stride 1. */
const pointwise = (): number =>
  lower(printed()).filter((op) => op.id.endsWith('.pointwise') && op.kind === 'conv' && op.stride === 1).length;

type Rest = Pick<Claim, 'claim' | 'verdict' | 'grounds' | 'finding'>;
const of = (id: string, rest: Rest): Claim => ({ id: `003-${id}`, article: '003', ...rest });

export const claims003: readonly Claim[] = [
  of('complete', {
    claim: m.article_claim_003_complete,
    verdict: 'right',
    grounds: 'text',
    finding: m.article_finding_003_complete
  }),
  of('paper', {
    claim: m.article_claim_003_paper,
    verdict: 'partly',
    grounds: 'tables',
    finding: () => {
      const paper = tableOf('v1');
      return m.article_finding_003_paper({
        out: lastMap(printed()),
        paperOut: lastMap(paper),
        params: paramsOf(printed()),
        madds: maddsOf(printed()),
        paperMadds: maddsOf(paper)
      });
    }
  }),
  of('pointwise', {
    claim: m.article_claim_003_pointwise,
    verdict: 'right',
    grounds: 'tables',
    finding: () => m.article_finding_003_pointwise({ count: pointwise() })
  }),
  of('single', {
    claim: m.article_claim_003_single,
    verdict: 'right',
    grounds: 'tables',
    finding: m.article_finding_003_single
  }),
  of('sizes', {
    claim: m.article_claim_003_sizes,
    verdict: 'right',
    grounds: 'tables',
    finding: () => m.article_finding_003_sizes({ sizes: sizes().join(', ') })
  }),
  of('cost', {
    claim: m.article_claim_003_cost,
    verdict: 'right',
    grounds: 'tables',
    finding: () =>
      m.article_finding_003_cost({
        params: paramsOf(plain()),
        madds: maddsOf(plain()),
        paramsRatio: ratio('params'),
        maddsRatio: ratio('madds')
      })
  })
];

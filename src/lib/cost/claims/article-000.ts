/** @file Step 3, cost: the claims of article 000. */
import { withInput } from '$lib/arch/scale';
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { costOf, totalCost } from '../cost';
import { receptiveFields } from '../receptive-field';
import type { Claim } from './claim';
import { lastMap, maddsOf, paramsOf, tableOf } from './figures';

/** The article's x·σ(x+3)/6 and the paper's x·relu6(x+3)/6. */
const printed = (x: number): number => x / (6 * (1 + Math.exp(-(x + 3))));
const paper = (x: number): number => (x * Math.min(6, Math.max(0, x + 3))) / 6;

/** The largest difference at the sixteenths between -8 and 8. */
const mostApart = (): number =>
  Array.from({ length: 257 }, (_, i) => i / 16 - 8).reduce(
    (most, x) => Math.max(most, Math.abs(printed(x) - paper(x))),
    0
  );

const at256 = (id: string): Architecture => withInput(tableOf(id), [256, 256, 64]);

/** The same block as a plain convolution. */
function plainConvolution(): Architecture {
  const arch = tableOf('article-000-separable');
  return {
    ...arch,
    rows: [{ kind: 'conv', kernel: 3, out: 16, nl: 'linear', stride: 1, dilation: 1 }]
  };
}

/** Pixels that one cell of the depthwise block sees. */
function field(dilation: number): string {
  const arch = tableOf('article-000-dwconv');
  const rows = arch.rows.map((row) => (row.kind === 'depthwise' ? { ...row, dilation } : row));
  return String(receptiveFields(lower({ ...arch, rows })).get('row01.depthwise')?.size[0] ?? 0);
}

/** Weights of one of its filters, whatever the dilation. */
function weightsPerFilter(): number {
  const op = lower(tableOf('article-000-dwconv')).find(({ kind }) => kind === 'depthwise');
  return op ? costOf(op).madds / (op.out[0] * op.out[1] * op.out[2]) : 0;
}

export const claims000: readonly Claim[] = [
  {
    id: '000-runs',
    article: '000',
    claim: m.article_claim_000_runs,
    verdict: 'wrong',
    grounds: 'text',
    finding: m.article_finding_000_runs
  },
  {
    id: '000-h-swish',
    article: '000',
    claim: m.article_claim_000_h_swish,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () =>
      m.article_finding_000_h_swish({
        at3: printed(3).toFixed(4),
        at8: printed(8).toFixed(4),
        most: mostApart().toFixed(4)
      })
  },
  {
    id: '000-example',
    article: '000',
    claim: m.article_claim_000_example,
    verdict: 'right',
    grounds: 'tables',
    finding: () => {
      const arch = tableOf('article-000-inverted-residual');
      const repaired = paramsOf(tableOf('article-000-inverted-residual-repaired'));
      const figures = { out: lastMap(arch), printed: paramsOf(arch), repaired, madds: maddsOf(arch) };
      return m.article_finding_000_example(figures);
    }
  },
  {
    id: '000-se',
    article: '000',
    claim: m.article_claim_000_se,
    verdict: 'wrong',
    grounds: 'text',
    finding: m.article_finding_000_se
  },
  {
    id: '000-size',
    article: '000',
    claim: m.article_claim_000_size,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () =>
      m.article_finding_000_size({
        out: lastMap(tableOf('article-000-separable')),
        repaired: lastMap(tableOf('article-000-separable-repaired'))
      })
  },
  {
    id: '000-groups',
    article: '000',
    claim: m.article_claim_000_groups,
    verdict: 'right',
    grounds: 'tables',
    finding: () =>
      m.article_finding_000_groups({
        params: paramsOf(tableOf('article-000-separable')),
        plain: paramsOf(plainConvolution())
      })
  },
  {
    id: '000-dilation',
    article: '000',
    claim: m.article_claim_000_dilation,
    verdict: 'right',
    grounds: 'tables',
    finding: () =>
      m.article_finding_000_dilation({
        plain: field(1),
        dilated: field(2),
        weights: weightsPerFilter()
      })
  },
  {
    id: '000-dwconv',
    article: '000',
    claim: m.article_claim_000_dwconv,
    verdict: 'unchecked',
    grounds: 'tables',
    finding: () =>
      m.article_finding_000_dwconv({
        grouped: paramsOf(at256('article-000-dwconv')),
        groupedMadds: maddsOf(at256('article-000-dwconv')),
        pointwise: paramsOf(at256('article-000-dwconv-pointwise')),
        pointwiseMadds: maddsOf(at256('article-000-dwconv-pointwise')),
        conv: paramsOf(at256('article-000-conv')),
        convMadds: maddsOf(at256('article-000-conv'))
      })
  },
  {
    id: '000-demo',
    article: '000',
    claim: m.article_claim_000_demo,
    verdict: 'wrong',
    grounds: 'tables',
    finding: () => {
      const [large, small] = [tableOf('article-000-conv'), at256('article-000-conv')];
      const ratio = totalCost(lower(large)).madds / totalCost(lower(small)).madds;
      return m.article_finding_000_demo({ large: maddsOf(large), small: maddsOf(small), ratio: ratio.toFixed(2) });
    }
  }
];

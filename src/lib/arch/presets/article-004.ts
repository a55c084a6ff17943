/** @file Step 1, spec: MobileNetV3-Large and -Small of article 004: its table with the columns as its code reads them, and repaired. */
import { m } from '$paraglide/messages';
import type { Architecture, BneckRow, Stride } from '../architecture';
import { makeDivisible } from '../divisible';
import { articlePair, pytorch } from './article';
import { bneck, classifier, type NLName } from './rows';
import type { Preset } from './preset';

/** A line t, c, s, SE, NL as the article prints it: expansion ratio, #out, stride, squeeze-and-excite, non-linearity. */
type Line = readonly [t: number, c: number, s: Stride, se: boolean, nl: NLName];

const large: readonly Line[] = [
  [1, 16, 1, false, 'RE'],
  [4, 24, 2, false, 'RE'],
  [3, 24, 1, false, 'RE'],
  [3, 40, 2, true, 'RE'],
  [3, 40, 1, true, 'RE'],
  [3, 40, 1, true, 'RE'],
  [6, 80, 2, false, 'HS'],
  [2.5, 80, 1, false, 'HS'],
  [2.3, 80, 1, false, 'HS'],
  [2.3, 112, 1, true, 'HS'],
  [6, 112, 1, true, 'HS'],
  [6, 160, 2, true, 'HS'],
  [6, 160, 1, true, 'HS']
];

const small: readonly Line[] = [
  [1, 16, 2, true, 'RE'],
  [4.5, 24, 2, false, 'RE'],
  [3.6, 24, 1, false, 'RE'],
  [4, 40, 2, true, 'RE'],
  [3, 48, 1, true, 'RE'],
  [3, 48, 1, true, 'RE'],
  [6, 96, 2, true, 'HS'],
  [6, 96, 1, true, 'HS']
];

const stemOut = 16;

/** One row of ratio and width; the squeeze is a quarter of the expansion, not rounded to 8. */
function row(from: number, ratio: number, out: number, [, , stride, se, nl]: Line): BneckRow {
  const plain = bneck(3, Math.round(from * ratio), out, se, nl, stride);
  return { ...plain, se: plain.se && { ...plain.se, channels: Math.floor(plain.expSize / 4) } };
}

/** `widthOf` and `ratioOf` say which column is #out and which the expansion ratio. */
function network(
  name: string,
  lines: readonly Line[],
  read: { readonly width: 0 | 1; readonly ratio: 0 | 1 }
): Architecture {
  let from = stemOut;
  const rows = lines.map((line) => {
    const out = makeDivisible(line[read.width]);
    const next = row(from, line[read.ratio], out, line);
    from = out;
    return next;
  });
  const last = lines.at(-1)?.[read.width] ?? 0;
  return {
    format: 1,
    name,
    input: [224, 224, 3],
    classes: 1000,
    ...pytorch,
    scaling: 'ratio',
    stem: { kernel: 3, out: stemOut, nl: 'hardSwish', stride: 2 },
    rows,
    head: classifier({ out: makeDivisible(6 * last), nl: 'hardSwish' }, { out: 1280, nl: 'hardSwish' }, 0.2)
  };
}

/** The constructor takes column 0 for #out and column 1 for the ratio, against the article's own comments. */
const swapped = { width: 0, ratio: 1 } as const;
const documented = { width: 1, ratio: 0 } as const;

const printedTotal = (params: string) => ({
  params,
  madds: null,
  top1: null,
  pixel1Ms: null,
  source: 'torchsummary'
});

export const article004: readonly Preset[] = [
  ...articlePair('004', {
    suffix: '-large',
    printed: network('Article 004 Large', large, swapped),
    repaired: network('Article 004 Large · repaired', large, documented),
    reference: 'v3-large',
    published: printedTotal('4,166,344'),
    notes: [m.article_004_columns],
    repairedNotes: [m.article_004_repaired]
  }),
  ...articlePair('004', {
    suffix: '-small',
    printed: network('Article 004 Small', small, swapped),
    repaired: network('Article 004 Small · repaired', small, documented),
    reference: 'v3-small',
    published: printedTotal('2,256,024'),
    notes: [m.article_004_columns],
    repairedNotes: [m.article_004_repaired]
  })
];

/** @file Benchmarks: the picture of a training here beside the same in PyTorch: accuracy and loss, train thin, validation strong. */
import { readFileSync } from 'node:fs';
import { line } from 'd3';
import { linear, spanOf, ticksOf } from '../../src/lib/components/charts/axis';
import type { Epoch } from './accuracy-result';

/** The courses drawn: means over all seeds, epoch by epoch. */
export interface Courses {
  readonly title: string;
  readonly ours: readonly Epoch[];
  readonly theirs: readonly Epoch[];
}

export type Theme = 'light' | 'dark';

const [width, height, panel] = [960, 348, 480];
const sans = "'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
const serif = "'Iowan Old Style', Palatino, Charter, Georgia, 'Liberation Serif', serif";
const css = readFileSync('src/app.css', 'utf8');
const round = (value: number): number => Math.round(value * 10) / 10;

/** A colour of the page's own style in one theme. */
function colour(token: string, theme: Theme): string {
  const [, light, dark] =
    new RegExp(`--${token}: light-dark\\((oklch\\([^)]*\\)), (oklch\\([^)]*\\))\\)`).exec(css) ?? [];
  const found = theme === 'light' ? light : dark;
  if (found === undefined) throw new Error(`app.css: must hold the colour --${token}`);
  return found;
}

/** One curve of a panel and what stands at its end. */
interface Curve {
  readonly name: string;
  readonly values: readonly number[];
  readonly colour: string;
  readonly strong: boolean;
  readonly open: boolean;
}

/** Keeps labels 15 px apart, in the order of their curves' ends. */
function spread(ends: readonly number[]): number[] {
  const order = ends.map((_, i) => i).sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  const at = [...ends];
  order.forEach((i, rank) => {
    const above = rank > 0 ? (at[order[rank - 1] ?? 0] ?? 0) + 15 : -Infinity;
    at[i] = Math.max(at[i] ?? 0, above);
  });
  return at;
}

function drawPanel(
  left: number,
  title: string,
  { curves, theme, format }: { curves: readonly Curve[]; theme: Theme; format: (value: number) => string }
): string {
  const [from, to, top, bottom] = [left + 44, left + panel - 150, 76, height - 46];
  const epochs = Math.max(...curves.map(({ values }) => values.length));
  const all = curves.flatMap(({ values }) => values);
  const y = linear(spanOf(all, 0.08, [0, 1]), [bottom, top]);
  const x = linear([Math.min(1, epochs - 1), Math.max(1, epochs)], [from, to]);
  const text = colour('ink-3', theme);
  const rules = ticksOf(y, 5).map(
    ({ at, value }) =>
      `<path d="M${from} ${round(at)}H${to}" stroke="${colour('hair', theme)}"/>` +
      `<text x="${from - 8}" y="${round(at) + 4}" text-anchor="end" fill="${text}">${format(value)}</text>`
  );
  const epochTicks = ticksOf(x, Math.min(epochs, 8))
    .filter(({ value }) => Number.isInteger(value))
    .map(
      ({ at, label }) => `<text x="${round(at)}" y="${bottom + 18}" text-anchor="middle" fill="${text}">${label}</text>`
    );
  const ends = spread(curves.map(({ values }) => y(values.at(-1) ?? 0)));
  const path = line<number>()
    .x((_, i) => round(x(i + 1)))
    .y((value) => round(y(value)));
  const lines = curves.map(({ name, values, colour: ink, strong, open }, i) => {
    const dots = values.map(
      (value, at) =>
        `<circle cx="${round(x(at + 1))}" cy="${round(y(value))}" r="3" fill="${open ? colour('paper', theme) : ink}" stroke="${ink}" stroke-width="1.5"/>`
    );
    const last = values.at(-1) ?? NaN;
    const weight = strong ? 'font-weight="600" ' : '';
    return (
      `<path d="${path([...values]) ?? ''}" fill="none" stroke="${ink}" stroke-width="${strong ? 2 : 1}"/>` +
      (strong ? dots.join('') : '') +
      `<text x="${to + 12}" y="${round((ends[i] ?? 0) + 4)}" ${weight}fill="${ink}">${name} ${format(last)}</text>`
    );
  });
  return [
    `<text x="${left + 44}" y="58" font-weight="600" fill="${colour('ink-2', theme)}">${title}</text>`,
    ...rules,
    `<path d="M${from} ${bottom}H${to}" stroke="${colour('hair-2', theme)}"/>`,
    ...epochTicks,
    `<text x="${to}" y="${bottom + 36}" text-anchor="end" fill="${text}">epochs</text>`,
    ...lines
  ].join('\n');
}

/** The picture as SVG text. */
export function curvePicture({ title, ours, theirs }: Courses, theme: Theme): string {
  const [own, other] = [colour('you', theme), colour('ink', theme)];
  const curves = (validation: keyof Epoch, train: keyof Epoch): Curve[] => [
    { name: 'Bneck', values: ours.map((one) => one[validation]), colour: own, strong: true, open: false },
    { name: 'PyTorch', values: theirs.map((one) => one[validation]), colour: other, strong: true, open: true },
    { name: 'Bneck, train', values: ours.map((one) => one[train]), colour: own, strong: false, open: false },
    { name: 'PyTorch, train', values: theirs.map((one) => one[train]), colour: other, strong: false, open: true }
  ];
  const percent = (value: number): string => `${(value * 100).toFixed(1).replace(/\.0$/, '')} %`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${sans}" font-size="12">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="${colour('paper', theme)}"/>
<text x="44" y="30" font-family="${serif}" font-size="18" fill="${colour('ink', theme)}">${title}</text>
${drawPanel(0, 'Accuracy, validation and train', { curves: curves('validationAccuracy', 'trainAccuracy'), theme, format: percent })}
${drawPanel(panel, 'Loss, validation and train', { curves: curves('validationLoss', 'trainLoss'), theme, format: (value) => value.toFixed(2) })}
</svg>
`;
}

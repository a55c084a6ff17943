/** @file Step 8, export: Python listings of a table's rows: what they come to, and the few forms they are written in. */
import type { Architecture, ClassifierHead, Issue, Norm, Stem } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';

/** A listing, with what it leaves out in `notes`; or every part of the table that the library cannot say. */
export type RowsWritten =
  | { readonly kind: 'ok'; readonly text: string; readonly notes: readonly string[] }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** The lines of a listing in two parts, and what the library cannot say. */
export interface Listing {
  readonly imports: readonly string[];
  readonly body: readonly string[];
  readonly issues: readonly Issue[];
}

/** `name(a, b, key=c)`. */
export function callText(name: string, args: readonly string[]): string {
  return `${name}(${args.join(', ')})`;
}

/** A call with one argument a line. */
export function longCall(name: string, args: readonly string[]): string {
  return [`${name}(`, ...args.map((arg) => `    ${arg},`), ')'].join('\n');
}

/** A list with one item (or comment) a line. */
export function longList(items: readonly string[]): string {
  return ['[', ...items.map((item) => `    ${item.startsWith('#') ? item : `${item},`}`), ']'].join('\n');
}

export function importLine(module: string, names: readonly string[]): string {
  return ['from', module, 'import', names.join(', ')].join(' ');
}

/** A comment of one line, whatever the text. */
export function comment(text: string): string {
  return `# ${text.replaceAll(/\s+/g, ' ').trim()}`;
}

/** `input_size = (channels, height, width)`: what a network of these libraries does not know of itself. */
export function inputLine({ input: [height, width, channels] }: Architecture): string {
  return `input_size = (${channels}, ${height}, ${width})`;
}

/** A batch norm with PyTorch's momentum, the share of the new. */
export function normText({ epsilon, momentum }: Norm): string {
  const share = Number((1 - momentum).toPrecision(12));
  return callText('partial', ['nn.BatchNorm2d', `eps=${epsilon}`, `momentum=${share}`]);
}

/** A number with as few decimals, from `least` on, as the rule still takes for the right one; null where none is. */
export function shortest(value: number, right: (value: number) => boolean, least = 2): number | null {
  for (let digits = least; digits <= 12; digits++) {
    const rounded = Number(value.toFixed(digits));
    if (right(rounded)) return rounded;
  }
  return null;
}

/** What every listing of a classifier needs of its table. */
export interface Frame {
  readonly stem: Stem;
  readonly head: ClassifierHead;
  readonly norm: Norm;
}

/** The parts that every listing needs, or the issues of a table without them. */
export function frameOf(arch: Architecture, library: 'timm' | 'torchvision'): Frame | readonly Issue[] {
  const { stem, head, norm } = arch;
  const issues: Issue[] = [];
  if (!stem) issues.push({ path: 'stem', message: m.rows_no_stem({ library }) });
  else if (stem.stride !== 2) issues.push({ path: 'stem.stride', message: m.rows_stem_stride({ library }) });
  if (!norm) issues.push({ path: 'norm', message: m.rows_no_norm({ library }) });
  if (head.kind !== 'classifier') issues.push({ path: 'head', message: m.rows_head_kind({ library }) });
  else if (!head.logitsBias) issues.push({ path: 'head.logitsBias', message: m.rows_logits_bias({ library }) });
  return stem && norm && head.kind === 'classifier' && issues.length === 0 ? { stem, head, norm } : issues;
}

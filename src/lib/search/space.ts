/** @file Step 6, search: the space around an open network: which cells of its table may take which values. */
import { makeDivisible, squeezeWidth } from '$lib/arch/divisible';
import type { Architecture, BneckRow, Kernel, NL, Row, SqueezeExcite } from '$lib/arch/architecture';
import { widthBefore } from '$lib/arch/rules';
import { plainSqueezeExcite } from '$lib/arch/squeeze-excite';
import { hash32, type Rng } from '$lib/base/rng';
import { expands } from '$lib/ops/lower-row';
import { unservedIssue } from './served';

export type GeneKind = 'out' | 'expSize' | 'kernel' | 'se' | 'nl';

/** One decision: the values a cell may take; `rows` share it (the outs of a residual stage are one decision). */
export interface Gene {
  /** JSON path of the first cell it sets: 'rows.3.expSize'. */
  readonly path: string;
  readonly kind: GeneKind;
  /** Indices of the rows it sets. */
  readonly rows: readonly number[];
  /** Legal values, cheapest first; always two or more. */
  readonly options: readonly (number | boolean | NL)[];
}

/** A network and every decision that may change it; cells without a gene keep the base's value. */
export interface SearchSpace {
  readonly base: Architecture;
  readonly genes: readonly Gene[];
  /** Eight hex digits of the structure of the base and the options; candidates of two spaces never mix. */
  readonly hash: string;
}

/** One index into `options` for each gene. */
export type Choices = readonly number[];

/** Ratios of the base's widths, and kernels, that open a space; the defaults keep a complete latency table small. */
export interface SpaceOptions {
  readonly expRatios?: readonly number[];
  readonly outRatios?: readonly number[];
  readonly kernels?: readonly Kernel[];
}

/** Halving or keeping each exp size gives V3-Small at 28 px 196 distinct fused ops to time. */
const DEFAULTS: Required<SpaceOptions> = { expRatios: [0.5, 1], outRatios: [0.75, 1], kernels: [3, 5] };

/** Rows whose outs must stay equal because a residual of the base adds them; -1 stands for the stem. */
export function residualStages(arch: Architecture): readonly (readonly number[])[] {
  const stages: number[][] = [[-1]];
  arch.rows.forEach((row, i) => {
    const adds = row.kind === 'bneck' && row.stride === 1 && row.shortcut !== 'none';
    const tied = adds && row.out === widthBefore(arch, i);
    if (tied) stages[stages.length - 1]?.push(i);
    else stages.push([i]);
  });
  return stages;
}

const widths = (width: number, ratios: readonly number[]): number[] =>
  [...new Set([...ratios.map((ratio) => (ratio === 1 ? width : makeDivisible(width * ratio))), width])].sort(
    (a, b) => a - b
  );

function rowGenes(arch: Architecture, index: number, row: Row, options: Required<SpaceOptions>): Gene[] {
  const gene = (kind: GeneKind, values: Gene['options']): Gene => ({
    path: `rows.${index}.${kind}`,
    kind,
    rows: [index],
    options: values
  });
  if (row.kind !== 'bneck') return [];
  // A block without expansion (exp size = input) stays one: narrower would add a convolution, not save one.
  const wider = expands(row, widthBefore(arch, index));
  const plain: NL = row.nl === 'hardSwish' ? 'relu' : row.nl;
  // Without padding another kernel would change the maps of all later rows, and could leave none.
  const kernels = arch.padding === 'valid' ? [row.kernel] : [...options.kernels, row.kernel];
  return [
    gene('expSize', wider ? widths(row.expSize, options.expRatios) : [row.expSize]),
    gene(
      'kernel',
      [...new Set(kernels)].sort((a, b) => a - b)
    ),
    gene('se', [false, true]),
    gene('nl', [plain, 'hardSwish'])
  ];
}

/**
 * The default space of a network: per bneck exp size, kernel, SE and NL; one out per residual stage, except the stage
 * that adds to the stem; separable and conv rows give their outs, at both sets of ratios. Throws `unservedIssue`'s
 * message for a table that cannot be searched.
 */
export function spaceOf(base: Architecture, options: SpaceOptions = {}): SearchSpace {
  const unserved = unservedIssue(base);
  if (unserved) throw new Error(unserved.message);
  const chosen = { ...DEFAULTS, ...options };
  const stages = residualStages(base);
  const genes: Gene[] = [];
  base.rows.forEach((row, i) => {
    const stage = stages.find((rows) => rows[0] === i);
    const path = `rows.${i}.out`;
    const ratios = row.kind === 'bneck' ? chosen.outRatios : [...chosen.expRatios, ...chosen.outRatios];
    if (stage && 'out' in row) genes.push({ path, kind: 'out', rows: stage, options: widths(row.out, ratios) });
    genes.push(...rowGenes(base, i, row, chosen));
  });
  const open = genes.filter((gene) => gene.options.length > 1);
  const structure = canonicalJson([{ ...base, name: '' }, open]);
  return { base, genes: open, hash: hash32(structure).toString(16).padStart(8, '0') };
}

/** The squeeze of a row: the base's own where the width it gates is unchanged, else the paper's quarter of that width. */
function squeezeOf(base: BneckRow, style: SqueezeExcite, { expSize, out }: { expSize: number; out: number }) {
  const afterProject = style.place === 'afterProject';
  const unchanged = afterProject ? base.out === out : base.expSize === expSize;
  const channels = base.se && unchanged ? base.se.channels : squeezeWidth(afterProject ? out : expSize);
  return { ...style, channels };
}

/** How the network writes SE, for rows that had none: as its first row with SE does, else as the paper does. */
function squeezeStyle(base: Architecture): SqueezeExcite {
  for (const row of base.rows) if (row.kind === 'bneck' && row.se) return row.se;
  return plainSqueezeExcite(0);
}

/** Writes the chosen values into the base's table; throws for a choice outside its gene's options. */
export function decode(space: SearchSpace, choices: Choices): Architecture {
  const { base, genes } = space;
  if (choices.length !== genes.length)
    throw new Error(`candidate: ${genes.length} choices needed, got ${choices.length}`);
  const cells: Partial<Record<GeneKind, number | boolean | NL>>[] = base.rows.map(() => ({}));
  genes.forEach((gene, g) => {
    const value = gene.options[choices[g] ?? -1];
    if (value === undefined)
      throw new Error(`candidate ${gene.path}: no option ${choices[g]} of ${gene.options.length}`);
    for (const row of gene.rows) (cells[row] ?? {})[gene.kind] = value;
  });
  const style = squeezeStyle(base);
  const rows = base.rows.map((row, i): Row => {
    const cell = cells[i] ?? {};
    if (row.kind === 'depthwise' || row.kind === 'squeezeExcite') return row;
    const out = typeof cell.out === 'number' ? cell.out : row.out;
    if (row.kind !== 'bneck') return { ...row, out };
    const expSize = typeof cell.expSize === 'number' ? cell.expSize : row.expSize;
    const kernel = (cell.kernel as Kernel | undefined) ?? row.kernel;
    const nl = (cell.nl as NL | undefined) ?? row.nl;
    const se = (cell.se ?? row.se !== null) ? squeezeOf(row, row.se ?? style, { expSize, out }) : null;
    return { ...row, kernel, expSize, out, se, nl };
  });
  return { ...base, rows };
}

/** The choices that give a network, or null when it is no member of the space; `decode(encode(a))` equals `a`. */
export function encode(space: SearchSpace, arch: Architecture): Choices | null {
  const choices = space.genes.map((gene) => {
    const row = arch.rows[gene.rows[0] ?? -1];
    if (row === undefined || row.kind === 'depthwise' || row.kind === 'squeezeExcite') return -1;
    if (row.kind !== 'bneck') return gene.kind === 'out' ? gene.options.indexOf(row.out) : -1;
    return gene.options.indexOf(gene.kind === 'se' ? row.se !== null : row[gene.kind]);
  });
  if (choices.includes(-1)) return null;
  const bare = (a: Architecture): string => canonicalJson({ ...a, name: '' });
  return bare(decode(space, choices)) === bare(arch) ? choices : null;
}

/** JSON with sorted keys, so that two spellings of one value compare equal. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part
  );
}

/** The member with every width, kernel and option at its cheapest: the floor of the space. */
export function smallest(space: SearchSpace): Choices {
  return space.genes.map(() => 0);
}

/** The member with every option at its dearest. */
export function largest(space: SearchSpace): Choices {
  return space.genes.map((gene) => gene.options.length - 1);
}

/** A uniform member. */
export function randomChoices(space: SearchSpace, rng: Rng): number[] {
  return space.genes.map((gene) => rng.below(gene.options.length));
}

/** How many members the space has, exactly; every member is a different network. */
export function sizeOf(space: SearchSpace): bigint {
  return space.genes.reduce((size, gene) => size * BigInt(gene.options.length), 1n);
}

/** @file Command line: what a preset says of itself: where it was read, what is printed there, where it differs. */
import type { Architecture } from '$lib/arch/architecture';
import { differencesFromPaper } from '$lib/arch/presets/differences';
import { presetById } from '$lib/arch/presets/catalogue';
import type { Preset, Published } from '$lib/arch/presets/preset';
import { formatMillions } from '$lib/base/format';
import { claimsOf, verdictInWords } from '$lib/cost/claims/claims';
import { totalCost } from '$lib/cost/cost';
import { countAs } from '$lib/cost/count-as';
import { gapOf, type Count } from '$lib/cost/published-gap';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import { m } from '$paraglide/messages';
import { consequenceTable } from './consequences';
import { columns } from './print';

function publishedLine({ params, madds, top1, pixel1Ms, source }: Published): string {
  const said = [
    params === null ? null : m.cli_about_params({ params }),
    madds === null ? null : m.cli_about_madds({ madds }),
    top1 === null ? null : m.cli_about_top1({ top1 }),
    pixel1Ms === null ? null : m.cli_about_pixel({ ms: pixel1Ms })
  ];
  return m.cli_about_published({ source, said: said.filter((text) => text !== null).join(', ') });
}

const million = (value: number): string => `${formatMillions(value, value < 1e6 ? 3 : 2)} M`;

/** A printed total beside the counted one; none where no total is printed. */
function gapLine(name: string, printed: string | null, { value: own, others }: { value: number; others: Count[] }) {
  const gap = printed === null ? null : gapOf(printed, own, others);
  if (printed === null || !gap) return [];
  const said = { name: name.padEnd(12), printed, counted: million(own) };
  if (gap.kind === 'same') return [m.cli_about_gap_same(said)];
  if (gap.kind === 'rounded') return [m.cli_about_gap_rounded(said)];
  if (gap.kind === 'cut') return [m.cli_about_gap_cut(said)];
  if (gap.kind === 'unexplained') return [m.cli_about_gap_unexplained({ ...said, by: million(Math.abs(gap.by)) })];
  const { convention, value } = gap.count;
  if (convention === '') return [m.cli_about_gap_without_norm({ ...said, value: million(value) })];
  const counted = { ...said, convention, value: million(value) };
  return [gap.kind === 'other' ? m.cli_about_gap_other(counted) : m.cli_about_gap_between(counted)];
}

/** Why the printed totals and the counted ones of the preset itself differ. */
function gapLines({ params, madds }: Published, arch: Architecture): readonly string[] {
  const ops = lower(arch);
  const cost = totalCost(ops);
  const bare = ops
    .flatMap(tensorsOf)
    .filter(({ role }) => role === 'weight' || role === 'bias')
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const others = (['fvcore', 'ptflops'] as const).map((convention) => ({
    convention,
    value: countAs(arch, convention)
  }));
  return [
    ...gapLine(m.cli_col_params(), params, { value: cost.params, others: [{ convention: '', value: bare }] }),
    ...gapLine(m.cli_col_published_madds(), madds, { value: cost.madds, others })
  ];
}

function differenceLines(preset: Preset): readonly string[] {
  const paper = presetById(preset.reference ?? '');
  if (!paper) return [];
  const differences = differencesFromPaper(preset);
  const head = m.cli_about_differences({ name: paper.arch.name, count: differences.length });
  if (differences.length === 0) return ['', head];
  const titles = [m.cli_col_place(), m.cli_col_field(), m.cli_col_paper_here()];
  const cells = differences.map(({ place, field, from, to }) => [
    place,
    field,
    m.cli_change({ from: from ?? '–', to: to ?? '–' })
  ]);
  const table = columns([titles, ...cells], 'all');
  return ['', head, table, '', m.cli_about_consequences(), consequenceTable(paper.arch, preset.arch)];
}

/** What the article claims, each claim with its verdict and what was found. */
function claimLines(id: string): readonly string[] {
  const claims = claimsOf(id);
  if (claims.length === 0) return [];
  const lines = claims.map(({ claim, verdict, finding }) =>
    m.cli_about_claim({ verdict: verdictInWords(verdict), claim: claim(), finding: finding() })
  );
  return ['', m.cli_about_claims({ count: claims.length }), ...lines];
}

/** Lines about a preset as published; none for anything else. */
export function aboutPreset(id: string): readonly string[] {
  const preset = presetById(id);
  if (!preset) return [];
  const { source, published, notes, repairs } = preset;
  const url = source.url === null ? '' : ` ${source.url}`;
  return [
    '',
    m.cli_about_source({ citation: `${source.citation()}${url}` }),
    ...(published ? [publishedLine(published), ...gapLines(published, preset.arch)] : []),
    ...(repairs === null ? [] : [m.cli_about_repairs({ id: repairs })]),
    ...notes.map((note) => m.cli_about_note({ note: note() })),
    ...differenceLines(preset),
    ...claimLines(id)
  ];
}

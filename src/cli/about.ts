/** @file Command line: what a preset says of itself: where it was read, what is printed there, where it differs. */
import { differencesFromPaper } from '$lib/arch/presets/differences';
import { presetById } from '$lib/arch/presets/catalogue';
import type { Preset, Published } from '$lib/arch/presets/preset';
import { claimsOf, verdictInWords } from '$lib/cost/claims/claims';
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
    ...(published ? [publishedLine(published)] : []),
    ...(repairs === null ? [] : [m.cli_about_repairs({ id: repairs })]),
    ...notes.map((note) => m.cli_about_note({ note: note() })),
    ...differenceLines(preset),
    ...claimLines(id)
  ];
}

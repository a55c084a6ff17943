/** @file Step 6, search: a candidate as a short canonical text; equal networks of a space have equal texts. */
import type { Issue } from '$lib/arch/architecture';
import type { Parsed } from '$lib/arch/parse';
import { m } from '$paraglide/messages';
import type { Choices, SearchSpace } from './space';

/**
 * '3fa9c01d-1010.01011.…': the hash of the space, then one base-36 digit per gene, a dot before each new row. Options
 * of a gene differ and every cell shows in the table, so equal networks have equal texts and the text reads back.
 */
export function candidateOf(space: SearchSpace, choices: Choices): string {
  let digits = '';
  let row = space.genes[0]?.rows[0];
  space.genes.forEach((gene, g) => {
    if (gene.rows[0] !== row) digits += '.';
    row = gene.rows[0];
    digits += (choices[g] ?? 0).toString(36);
  });
  return `${space.hash}-${digits}`;
}

/** Reads a candidate of this space back to its choices, or says what is wrong with the text. */
export function parseCandidate(space: SearchSpace, text: string): Parsed<Choices> {
  const bad = (message: string): Parsed<Choices> => {
    const issue: Issue = { path: 'candidate', message };
    return { kind: 'bad', issues: [issue] };
  };
  const [hash = '', digits, ...rest] = text.split('-');
  if (digits === undefined || rest.length > 0) return bad(m.search_candidate_form());
  if (hash !== space.hash) return bad(m.search_candidate_space({ theirs: hash, ours: space.hash }));
  const symbols = digits.replaceAll('.', '');
  if (symbols.length !== space.genes.length)
    return bad(m.search_candidate_digits({ wanted: space.genes.length, got: symbols.length }));
  const choices: number[] = [];
  for (const [g, gene] of space.genes.entries()) {
    const choice = Number.parseInt(symbols.charAt(g), 36);
    if (!(choice >= 0 && choice < gene.options.length))
      return bad(m.search_candidate_digit({ gene: gene.path, options: gene.options.length, digit: symbols.charAt(g) }));
    choices.push(choice);
  }
  return candidateOf(space, choices) === text ? { kind: 'ok', value: choices } : bad(m.search_candidate_dots());
}

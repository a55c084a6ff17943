/** @file Step 1, spec: a table as a short text that fits a link, versioned, both ways. */
import { m } from '$paraglide/messages';
import type { Architecture } from './architecture';
import { parseArchitecture, type Parsed } from './parse';
import { presetById, presets } from './presets/catalogue';
import * as version1 from './url-version1';
import * as version2 from './url-version2';

/** Letters of a link; 64 rows with every option come to some six thousand. */
const mostLetters = 20_000;

const presetCodes = new Map(presets.map((preset) => [version2.version2Code(preset.arch), preset.id]));

/**
 * The table as link text: '1~v3-small' for an untouched preset, else every field (about 300 letters for V3-Small), in
 * version 1 where that can say it, so that older readers understand as much as they can.
 */
export function toUrlCode(arch: Architecture): string {
  const code = version2.version2Code(arch);
  const first = presetCodes.get(code) ?? version1.version1Code(arch);
  return first === null ? `2~${code}` : `1~${first}`;
}

const bad = (message: string): Parsed<Architecture> => ({ kind: 'bad', issues: [{ path: '', message }] });

/** Reads link text back; a broken link gives issues, as a broken file does. */
export function parseUrlCode(text: string): Parsed<Architecture> {
  if (text.length > mostLetters) return bad(m.arch_link_long({ most: mostLetters }));
  const [got, ...fields] = text.split('~');
  if (got !== '1' && got !== '2') {
    return bad(got ? m.arch_link_version({ version: '2', got }) : m.arch_link_unversioned({ version: '2' }));
  }
  const preset = fields.length === 1 ? presetById(fields[0] ?? '') : undefined;
  if (preset) return { kind: 'ok', value: preset.arch };
  const want = got === '1' ? version1.fieldCount : version2.fieldCount;
  if (fields.length !== want) return bad(m.arch_link_fields({ want, got: fields.length }));
  return parseArchitecture(got === '1' ? version1.version1Table(fields) : version2.version2Table(fields));
}

/** @file Import: hints beside a foreign graph, read from the text that lies in its metadata. */
import * as v from 'valibot';
import type { Architecture } from '$lib/arch/architecture';
import { maxClasses, maxNameLength } from '$lib/arch/limits';
import { nameSchema, paddingSchema, scalingSchema } from '$lib/arch/schema';
import { dropoutSchema, ruleSchema } from '$lib/arch/schema-head';
import { decodeUtf8 } from '$lib/weights/header-text';
import { m } from '$paraglide/messages';
import type { About } from './about';
import type { Graph } from './graph';

/** A name of escaped letters and a rule come to less. */
const mostBytes = 4000;

const schema = v.object({
  format: v.literal(1),
  name: nameSchema,
  classes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxClasses)),
  padding: paddingSchema,
  scaling: scalingSchema,
  dropout: v.nullable(dropoutSchema),
  rule: v.nullable(ruleSchema)
});

/** Hints as read: `null` where there are none or they make no sense. */
export interface ReadAbout {
  readonly about: About | null;
  readonly notes: readonly string[];
}

/** Reads the hints of a file; `bytes` are null where it carries none. Hints that make no sense are left out with a note. */
export function readAbout(bytes: Uint8Array | null): ReadAbout {
  if (!bytes) return { about: null, notes: [] };
  const untold = { about: null, notes: [m.import_untold()] };
  const text = bytes.length > mostBytes ? null : decodeUtf8(bytes);
  if (text === null) return untold;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return untold;
  }
  const read = v.safeParse(schema, value);
  return read.success ? { about: read.output, notes: [] } : untold;
}

/** What a table is called, how it scales and what it drops, by the hints; the usual where there are none. */
export function told(arch: Architecture, { about, name }: Pick<Graph, 'about' | 'name'>): Architecture {
  const named = { ...arch, name: about?.name ?? (name.slice(0, maxNameLength) || m.import_unnamed()) };
  if (!about) return named;
  const { head } = arch;
  const classes = head.kind === 'features' ? about.classes : arch.classes;
  const dropped = head.kind === 'classifier' ? { ...head, dropout: about.dropout ?? head.dropout } : head;
  return { ...named, classes, scaling: about.scaling, head: dropped };
}

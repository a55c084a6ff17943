/** @file Step 8, export: a table as the JSON file that Bneck saves and opens. */
import type { Architecture } from '$lib/arch/architecture';

/** The table as JSON text that `parseArchitectureText` reads back; its shape is static/architecture.schema.json. */
export function toJson(arch: Architecture): string {
  return `${JSON.stringify(arch, null, 2)}\n`;
}

/** @file Writes static/architecture.schema.json, the published JSON Schema of saved tables: `node scripts/schema.mjs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { generate, root } from './setup.mjs';

generate();
const { module } = await runnerImport(join(root, 'src/lib/export/json-schema.ts'), {
  root,
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { $lib: join(root, 'src/lib'), $paraglide: join(root, 'src/paraglide') } }
});
writeFileSync(join(root, 'static/architecture.schema.json'), module.architectureJsonSchemaText());

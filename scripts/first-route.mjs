/** @file Which scripts the first route loads before anyone clicks, read from the built page itself. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from './setup.mjs';

const imports = /(?:\bfrom\s*|\bimport\s*)["'](\.{1,2}\/[^"']+\.js)["']/g;

/**
 * The JavaScript files of `index.html`: preloads and entries, with all they import statically.
 * @param {string} [build] the built folder @returns {string[]} absolute paths
 */
export function firstRouteScripts(build = join(root, 'build')) {
  const html = readFileSync(join(build, 'index.html'), 'utf8');
  const named = [...html.matchAll(/["'(](?:\.{0,2}\/)?([\w./-]+\.js)["')]/g)].map((match) => match[1] ?? '');
  const queue = named.map((name) => join(build, name));
  const found = new Set();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(imports))
      queue.push(normalize(join(dirname(file), path)));
  }
  if (found.size === 0) throw new Error('first route: build/index.html names no script');
  return [...found].sort();
}

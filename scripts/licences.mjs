/** @file The packages that Bneck runs on, with their licences, read from the lock file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

/** Development packages of which a part is shipped inside the built page. */
const shipped = ['svelte', '@sveltejs/kit', '@inlang/paraglide-js'];

/**
 * Runtime packages and all they depend on, sorted by name; of what is shipped in part, only the package itself.
 * @returns {{ name: string, version: string, licence: string, direct: boolean }[]}
 */
export function runtimePackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const direct = [...Object.keys(packages[''].dependencies), ...shipped];
  const found = new Map();
  /** @type {[name: string, from: string][]} */
  const queue = direct.map((name) => [name, '']);
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [name, from] = next;
    // As Node resolves: the nearest node_modules on the way up.
    let folder = from;
    while (folder && !packages[`${folder}/node_modules/${name}`])
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    const entry = packages[path];
    if (!entry || found.has(path)) continue;
    found.set(path, {
      name,
      version: entry.version,
      licence: String(entry.license),
      direct: direct.includes(name) && !from
    });
    if (!shipped.includes(name)) for (const child of Object.keys(entry.dependencies ?? {})) queue.push([child, path]);
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, version, licence } of runtimePackages()) console.log(`| ${name} | ${version} | ${licence} |`);
}

/** @file Build: the constants that stamp every result with the version and commit that made it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim();
  } catch {
    // A downloaded archive has no git history; its results say so.
    return 'unknown';
  }
}

/** For Vite's `define`. */
export function buildStamp(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { __BNECK_VERSION__: JSON.stringify(version), __BNECK_COMMIT__: JSON.stringify(commit()) };
}

/** @file Test support: a small tree of planted files, checked by the project's own boundary configuration. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { command, root } from '../../scripts/setup.mjs';

/** One import the checker objects to. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

interface Report {
  readonly modules: readonly {
    readonly dependencies: readonly { readonly resolved: string; readonly module: string }[];
  }[];
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** What the checker found in a folder: its violations, and how many `$lib/…` imports it could follow into `src/lib`. */
export interface Findings {
  readonly violations: readonly Violation[];
  readonly followedAliases: number;
  readonly files: number;
}

/** Runs dependency-cruiser over `src` of a folder with the configuration that lies in it. */
export async function cruise(folder: string): Promise<Findings> {
  const args = [command('depcruise'), 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const text = await new Promise<string>((done) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (_error, stdout) => {
      done(stdout);
    });
  });
  const report = JSON.parse(text) as Report;
  const edges = report.modules.flatMap((module) => module.dependencies);
  return {
    violations: report.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    followedAliases: edges.filter(
      ({ module, resolved }) => module.startsWith('$lib/') && resolved.startsWith('src/lib/')
    ).length,
    files: report.summary.totalCruised
  };
}

/** Makes a folder with the project's configuration and the given files, runs `use` in it, and removes it. */
export async function withPlanted<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bneck-rooms-'));
  try {
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.rooms.json', 'package.json'])
      copyFileSync(join(root, name), join(folder, name));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

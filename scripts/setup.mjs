/** @file Set-up: what every script needs before a dependency is there, with Node built-ins only. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The file of a package's command, to be run by this very Node (no shell, no .cmd files). */
const commands = {
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
  'svelte-kit': '@sveltejs/kit/svelte-kit.js',
  'svelte-check': 'svelte-check/bin/svelte-check',
  'paraglide-js': '@inlang/paraglide-js/bin/run.js',
  tsc: 'typescript/bin/tsc',
  eslint: 'eslint/bin/eslint.js',
  prettier: 'prettier/bin/prettier.cjs',
  depcruise: 'dependency-cruiser/bin/dependency-cruise.mjs',
  'size-limit': 'size-limit/bin.js',
  playwright: 'playwright/cli.js'
};

/** The arguments that make Node run a command of `node_modules`. @param {keyof typeof commands} name */
export function command(name) {
  return join(root, 'node_modules', commands[name]);
}

/** Ends with advice when this Node is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(
    `Bneck needs Node 20.19 or newer; this is Node ${process.versions.node}. Get one at https://nodejs.org`
  );
  process.exit(1);
}

/** Runs Node with arguments, output straight through; ends this process when it fails. @param {string[]} args */
export function must(args) {
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(signal ? 130 : (status ?? 1));
}

/**
 * Runs Node with arguments and keeps the output.
 * @param {string[]} args @param {Record<string, string>} [env]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function capture(args, env = {}) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: 1, output: output + error.message }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** Runs `npm ci` when `node_modules` is missing or does not belong to this lock file. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.bneck-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const installed = join(root, 'node_modules', '.package-lock.json');
  const newer =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (!newer) {
    console.log('Installing dependencies (npm ci)…');
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: root,
      stdio: ['ignore', process.stderr, 'inherit'],
      shell: process.platform === 'win32'
    });
    if (status !== 0) {
      console.error('npm ci failed: is the npm registry reachable from this machine?');
      process.exit(1);
    }
  }
  writeFileSync(stamp, lock);
}

/** The command that compiles the words of `messages` into typed functions, for the one language there is. */
function compileWords() {
  const places = ['--project', './project.inlang', '--outdir', './src/paraglide'];
  return [command('paraglide-js'), 'compile', ...places, '--strategy', 'baseLocale', '--silent'];
}

/** Writes what type checks and tests need and git does not keep: kit's tsconfig and the compiled words. */
export function generate() {
  must([command('svelte-kit'), 'sync']);
  must(compileWords());
}

/** A digest of the names, sizes and times of files and folders. @param {string[]} paths */
function fingerprint(paths) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat || /(^|[\\/])(paraglide|generated|node_modules)$/.test(path)) return;
    if (stat.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) visit(join(path, name));
    else if (!/[.]test[.]ts$/.test(path)) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  paths.forEach(visit);
  return hash.digest('hex');
}

/**
 * Runs `make` unless `output` exists and was made from the very same inputs.
 * @param {string} output a file the work leaves behind @param {string[]} inputs @param {() => void} make
 */
export function fresh(output, inputs, make) {
  const stamp = join(root, 'node_modules', '.cache', 'bneck', output.replace(/[\\/]/g, '-'));
  const now = fingerprint(inputs);
  if (existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

/** What a build depends on besides its sources; the commit is stamped into every result. */
const configs = [
  '.git/HEAD',
  '.git/refs/heads',
  '.git/packed-refs',
  'vite-plugins',
  'package.json',
  'package-lock.json',
  'svelte.config.js',
  'vite.config.ts',
  'vite.cli.config.ts',
  'tsconfig.json'
];

const words = ['messages', 'project.inlang/settings.json'];

/** Compiles the SIMD core to wasm; the script itself knows whether its sources changed. */
export function freshCore() {
  must(['scripts/build-core.mjs']);
}

/** Builds the page into `build/` when its sources changed. */
export function freshPage() {
  fresh('build/index.html', ['src', 'static', ...words, ...configs], () => {
    freshCore();
    console.log('Building the page (vite build)…');
    must([command('vite'), 'build', '--logLevel', 'warn']);
  });
}

/** Builds the command line into `dist/cli` when its sources changed; all words go to stderr. */
export function freshCli() {
  fresh('dist/cli/bneck.js', ['src/cli', 'src/lib', 'src/workers', ...words, ...configs], () => {
    for (const args of [
      compileWords(),
      ['scripts/build-core.mjs'],
      [command('vite'), 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn']
    ]) {
      const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', process.stderr, 'inherit'] });
      if (status !== 0) process.exit(status ?? 1);
    }
  });
}

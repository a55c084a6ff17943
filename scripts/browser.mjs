/** @file Finds a Chromium that really starts, and gets one when there is none. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, command, install, root } from './setup.mjs';

/** What every start of the browser gets: quiet on the network, and no sandbox where root cannot have one. */
export const browserFlags = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run'
];

/** Where Chrome, Chromium and Edge live when someone installed them. */
function installedPaths() {
  if (process.platform === 'darwin')
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
      ['/Applications', join(process.env.HOME ?? '', 'Applications')].map(
        (folder) => `${folder}/${name}.app/Contents/MacOS/${name}`
      )
    );
  if (process.platform === 'win32')
    return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) =>
        [
          'Google\\Chrome\\Application\\chrome.exe',
          'Chromium\\Application\\chrome.exe',
          'Microsoft\\Edge\\Application\\msedge.exe'
        ].map((name) => join(folder, name))
      );
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge'
  ];
  return (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome')
    .flatMap((folder) => [...names, 'chrome'].map((name) => join(folder, name)));
}

/** Starts a browser and closes it; null when that fails. @param {string | undefined} executablePath undefined for Playwright's own */
async function tryLaunch(executablePath) {
  const { chromium } = await import('playwright');
  try {
    const path = executablePath === undefined ? {} : { executablePath };
    const browser = await chromium.launch({ ...path, args: browserFlags, timeout: 30_000 });
    const version = browser.version();
    await browser.close();
    return version;
  } catch {
    return null;
  }
}

/** Tries the paths in order, each only once. @param {string[]} paths */
async function firstOf(paths) {
  for (const path of new Set(paths)) {
    if (!existsSync(path)) continue;
    const version = await tryLaunch(path);
    if (version !== null) return { executablePath: path, version };
  }
  return null;
}

async function playwrightsOwn() {
  const version = await tryLaunch(undefined);
  return version === null ? null : { executablePath: undefined, version };
}

/** Runs a command that may fail. @param {string} file @param {string[]} args @param {number} minutes */
function attempt(file, args, minutes) {
  console.log(`  ${file} ${args.join(' ')}`);
  return (
    spawnSync(file, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], timeout: minutes * 60_000 }).status === 0
  );
}

/** Installs Debian's or Ubuntu's Chromium, as root or by a sudo that asks nothing. */
function aptInstall() {
  if (process.platform !== 'linux') return false;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  return [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', 'chromium']
  ].every((words) => {
    const [file = '', ...args] = [...sudo, ...words];
    return attempt(file, args, 10);
  });
}

/**
 * A Chromium that was seen to start: `CHROMIUM_PATH`, Playwright's own, an installed one, a download, apt.
 * @returns {Promise<{ executablePath: string | undefined, version: string } | null>} no path: Playwright's own
 */
export async function findBrowser() {
  const wished = process.env.CHROMIUM_PATH;
  if (wished) {
    const found = await firstOf([wished]);
    if (found) return found;
    console.error(`CHROMIUM_PATH names ${wished}, which does not start; looking elsewhere.`);
  }
  const here = (await playwrightsOwn()) ?? (await firstOf(installedPaths()));
  if (here) return here;
  console.log('No Chromium found; getting one.');
  if (attempt(process.execPath, [command('playwright'), 'install', 'chromium'], 8)) {
    const own = await playwrightsOwn();
    if (own) return own;
  }
  return aptInstall() ? firstOf(installedPaths()) : null;
}

/** As `findBrowser`, but ends the process with advice when there is none. */
export async function needBrowser() {
  const browser = await findBrowser();
  if (browser) return browser;
  console.error(
    'No Chromium could be found, downloaded or installed. Install Chrome, Chromium or Edge,\n' +
      'or set CHROMIUM_PATH to an executable, then run the command again.'
  );
  process.exit(1);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  checkNode();
  install();
  const { executablePath, version } = await needBrowser();
  console.log(`Chromium ${version} at ${executablePath ?? "Playwright's own folder"}`);
}

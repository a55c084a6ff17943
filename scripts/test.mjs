/** @file `npm test`: sets up everything, runs everything, ends with the sum. `node scripts/test.mjs browser` runs one part. */
import { needBrowser } from './browser.mjs';
import { checks, runParts, vitest } from './parts.mjs';
import { checkNode, freshCli, freshCore, freshPage, generate, install } from './setup.mjs';

const begun = performance.now();
const wanted = process.argv[2] ?? 'all';
if (!['all', 'browser', 'slow'].includes(wanted)) {
  console.error(`test: expected nothing, browser or slow, got ${wanted}`);
  process.exit(2);
}

checkNode();
install();
const { executablePath, version } = await needBrowser();
if (executablePath !== undefined) process.env.CHROMIUM_PATH = executablePath;
else delete process.env.CHROMIUM_PATH;
console.log(`Node ${process.versions.node}, Chromium ${version}`);
freshCore();
generate();

const total = { passed: 0, failed: 0 };
/** @param {import('./parts.mjs').Part[]} parts @param {number} [atOnce] */
const add = async (parts, atOnce) => {
  const { passed, failed } = await runParts(parts, atOnce);
  total.passed += passed;
  total.failed += failed;
};

freshPage();
freshCli();
if (wanted === 'all') {
  // The longest first, so that neither lane ends alone.
  const parts = [vitest('parity'), checks.lint, vitest('cli'), vitest('unit*'), checks.types, vitest('boundaries')];
  await add([...parts, checks.rooms, checks.size], 2);
}
await add([vitest(wanted === 'slow' ? 'slow' : 'browser*')]);

console.log(`\nDone in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

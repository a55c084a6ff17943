/** @file `npm run verify`: format, lint, rooms, types, unit tests and build, two at a time; no browser needed. */
import { checks, runParts, vitest } from './parts.mjs';
import { checkNode, freshCore, generate, install } from './setup.mjs';

checkNode();
install();
freshCore();
generate();
const begun = performance.now();
// The longest first, so that neither lane ends alone; the build, which writes words anew, after the tests that read them.
const { passed, failed } = await runParts(
  [checks.lint, checks.types, vitest('unit*'), checks.format, checks.build, checks.rooms],
  2
);
console.log(`\nDone in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

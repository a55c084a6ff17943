/** @file `npm run verify`: format, lint, rooms, types, unit tests and build, two at a time; no browser needed. */
import { checks, runParts, vitest } from './parts.mjs';
import { checkNode, freshCore, generate, install } from './setup.mjs';

checkNode();
install();
freshCore();
generate();
const begun = performance.now();
const { passed, failed } = await runParts(
  [vitest('unit*'), checks.types, checks.lint, checks.rooms, checks.format, checks.build],
  2
);
console.log(`\nDone in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** @file Command line: what the user typed or handed over is wrong; printed as one line, exit code 2. */

export class InputError extends Error {}

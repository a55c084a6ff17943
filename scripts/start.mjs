/** @file `npm start`: installs and builds what is missing or old, then serves the page and prints its address. */
import { checkNode, freshPage, install } from './setup.mjs';
import { readAddress, serveUntilStopped } from './serve.mjs';

checkNode();
readAddress(process.argv.slice(2));
install();
freshPage();
await serveUntilStopped(process.argv.slice(2));

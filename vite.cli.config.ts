/** @file Builds the command line: its entry and its worker threads as Node modules, dependencies left outside. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { buildStamp } from './vite-plugins/build-stamp.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `bneck.ts` and every file that a worker thread starts with, by its name without ending. */
const entries = readdirSync(at('src/cli'))
  .filter((name) => name === 'bneck.ts' || /(^|-)(worker|thread)[.]ts$/.test(name))
  .map((name): [string, string] => [name.replace(/[.]ts$/, ''), at(`src/cli/${name}`)]);

export default defineConfig({
  define: buildStamp(),
  publicDir: false,
  resolve: { alias: { $lib: at('src/lib'), $workers: at('src/workers'), $paraglide: at('src/paraglide') } },
  ssr: { target: 'node' },
  build: {
    ssr: true,
    outDir: 'dist/cli',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: Object.fromEntries(entries),
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' }
    }
  }
});

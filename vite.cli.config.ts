/** @file Build of the command line: the same library as the app, for Node, with dependencies left outside. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { buildStamp } from './vite-plugins/build-stamp';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  define: buildStamp(),
  publicDir: false,
  resolve: { alias: { $lib: at('src/lib'), $workers: at('src/workers') } },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    rolldownOptions: {
      input: { bneck: at('src/cli/bneck.ts') },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' }
    }
  }
});

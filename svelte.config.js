import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter({ pages: 'build', assets: 'build', fallback: undefined, strict: true }),
    alias: { $workers: 'src/workers', $paraglide: 'src/paraglide' },
    // What follows # is the open network, or the name of a panel that the page itself brings into view.
    prerender: { handleMissingId: 'ignore' },
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        'script-src': ['self', 'wasm-unsafe-eval'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:'],
        'connect-src': ['self'],
        'worker-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['none']
      }
    },
    typescript: {
      config: (config) => {
        config.include = [
          ...config.include,
          '../scripts/**/*.ts',
          '../test/**/*.ts',
          '../vite-plugins/**/*.ts',
          '../*.config.ts'
        ];
        return config;
      }
    }
  }
};

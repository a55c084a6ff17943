/**
 * @file Vite plugin: gives the glue of LiteRT.js an export. It is written for a script tag, but a module worker has neither
 * a page nor importScripts, and the page's policy lets no text become code.
 */
import type { Plugin } from 'vite';

const GLUE = /[\\/]@litertjs[\\/]core[\\/]wasm[\\/]litert_wasm[a-z_]*_internal\.js$/;

/** For `plugins` and `worker.plugins`. */
export function liteRtGlue(): Plugin {
  return {
    name: 'litert-glue',
    transform(code, id) {
      if (!GLUE.test(id)) return null;
      if (!code.includes('ModuleFactory'))
        this.error('litert glue: ModuleFactory was not found; has the package changed?');
      return { code: `${code}\nexport default ModuleFactory;\n`, map: null };
    }
  };
}

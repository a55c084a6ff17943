/**
 * @file Vite plugin: gives the glue of LiteRT.js an export. It is written for a script tag, but a module worker has neither
 * a page nor importScripts, and the page's policy lets no text become code.
 */
import type { Plugin } from 'vite';

const GLUE = /[\\/]@litertjs[\\/]core[\\/]wasm[\\/]litert_wasm[a-z_]*_internal\.js$/;

/** What follows exports the glue to loaders of other kinds. */
const UMD = '// Export using a UMD style export';

/** For `plugins` and `worker.plugins`. */
export function liteRtGlue(): Plugin {
  return {
    name: 'litert-glue',
    transform(code, id) {
      if (!GLUE.test(id)) return null;
      const [glue, ...rest] = code.split(UMD);
      if (glue === undefined || rest.length !== 1) {
        return this.error('litert glue: its end was not found; has the package changed?');
      }
      // In a browser nothing is Node's: what is never called is not looked for either.
      const browser = glue.replace(/\brequire\((['"])node:\w+\1\)/g, 'undefined');
      return { code: `${browser}\nexport default ModuleFactory;\n`, map: null };
    }
  };
}

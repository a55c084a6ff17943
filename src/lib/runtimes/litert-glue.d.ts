/** @file Runtimes: the glue of LiteRT.js as a module; vite-plugins/litert-glue.ts gives it its export. */
declare module '@litertjs/core/wasm/*.js' {
  const factory: (options?: object) => unknown;
  export default factory;
}

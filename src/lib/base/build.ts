/** @file Base: which build of Bneck produced a result; filled in when the app and the command line are built. */

declare const __BNECK_VERSION__: string;
declare const __BNECK_COMMIT__: string;

/** Version of package.json and the git commit, 'unknown' outside a checkout. */
export const build = {
  version: typeof __BNECK_VERSION__ === 'string' ? __BNECK_VERSION__ : 'unbuilt',
  commit: typeof __BNECK_COMMIT__ === 'string' ? __BNECK_COMMIT__ : 'unknown'
} as const;

/** @file Serves a built page: static files with cross-origin isolation and the page's own security policy. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root as project } from './setup.mjs';

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.gz': 'application/gzip'
};

/** On every answer: isolation (SharedArrayBuffer, fine timers, wasm threads) and plain good manners. */
const always = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer'
};

/** For what carries no policy of its own; a worker's script is governed by its own header. */
const basePolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** The policy a built page states in its meta (with the hashes of its scripts), plus what only a header can say. @param {string} html */
function policyOf(html) {
  const content = /<meta http-equiv="content-security-policy" content="([^"]*)"/i.exec(html)?.[1];
  if (content === undefined) return basePolicy;
  return `${content.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')}; frame-ancestors 'none'`;
}

/** The file an address means, or null: itself, `name.html` or `name/index.html`. @param {string} folder @param {string} pathname */
async function locate(folder, pathname) {
  const path = normalize(join(folder, pathname));
  if (path !== folder && !path.startsWith(folder + sep)) return null;
  for (const candidate of [path, `${path}.html`, join(path, 'index.html')]) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isFile()) return { path: candidate, size: found.size, tag: `"${found.size}-${found.mtimeMs}"` };
  }
  return null;
}

/** @param {string} folder @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
async function answer(folder, request, response) {
  let pathname;
  try {
    pathname = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  } catch {
    pathname = null;
  }
  if (pathname === null || pathname.includes('\0')) return response.writeHead(400, always).end('Bad request');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return response.writeHead(405, { ...always, Allow: 'GET, HEAD' }).end('Method not allowed');
  const file = await locate(folder, pathname);
  if (!file) return response.writeHead(404, { ...always, 'Content-Type': types['.txt'] }).end('Not found');
  const extension = extname(file.path);
  const headers = {
    ...always,
    'Content-Type': types[extension] ?? 'application/octet-stream',
    'Cache-Control': pathname.startsWith('/_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.tag,
    'Content-Security-Policy': basePolicy
  };
  if (request.headers['if-none-match'] === file.tag && extension !== '.html')
    return response.writeHead(304, headers).end();
  if (extension === '.html') {
    const html = await readFile(file.path, 'utf8');
    headers['Content-Security-Policy'] = policyOf(html);
    return response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : html);
  }
  response.writeHead(200, { ...headers, 'Content-Length': file.size });
  if (request.method === 'HEAD') return response.end();
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
}

/**
 * Serves a folder; with `next` a taken port gives way to the following ones.
 * @param {{ folder?: string, port?: number, host?: string, next?: boolean }} [options] port 0 takes any free one
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ folder = join(project, 'build'), port = 0, host = '127.0.0.1', next = false } = {}) {
  const base = normalize(folder);
  const server = createServer((request, response) => {
    answer(base, request, response).catch(() => response.destroy());
  });
  for (let tried = port; ; tried++) {
    try {
      await new Promise((done, fail) => {
        server.once('error', fail);
        server.listen(tried, host, () => {
          server.off('error', fail);
          done(undefined);
        });
      });
      break;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || !next || tried >= port + 50 || port === 0) throw error;
    }
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('serve: the server has no port');
  const name = host === '0.0.0.0' || host === '127.0.0.1' || host === '::' ? 'localhost' : host;
  return {
    url: `http://${name}:${address.port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      })
  };
}

/** Reads `--port` and `--host`; ends with code 2 on anything else. @param {string[]} args */
export function readAddress(args) {
  const address = { port: 4173, host: '127.0.0.1' };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = /** @type {[string, string | undefined]} */ ((args[i] ?? '').split('='));
    const value = inline ?? args[++i];
    if (name === '--port' && value !== undefined && /^\d+$/.test(value) && Number(value) < 65536)
      address.port = Number(value);
    else if (name === '--host' && value) address.host = value;
    else {
      console.error(`serve: expected --port <0 to 65535> or --host <name>, got ${args.join(' ')}`);
      process.exit(2);
    }
  }
  return address;
}

/** Serves until Ctrl-C. @param {string[]} args */
export async function serveUntilStopped(args) {
  const { url, close } = await serve({ ...readAddress(args), next: true });
  console.log(`\n  Bneck is ready at ${url}\n  Press Ctrl-C to stop.\n`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close().then(() => process.exit(0)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await serveUntilStopped(process.argv.slice(2));

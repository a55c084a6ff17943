/** @file SIMD engine: fetches the kernels in a page or worker, where the bundler knows their address. */
import { m } from '$paraglide/messages';
import plainUrl from './generated/core.wasm?url';
import relaxedUrl from './generated/core-relaxed.wasm?url';
import { loadCore, type Core } from './load';

async function bytesAt(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(m.engine_kernels_unloaded({ url, status: response.status }));
  return response.arrayBuffer();
}

/** Fetches both builds of the kernels and compiles the better one. */
export async function fetchCore(): Promise<Core> {
  const [plain, relaxed] = await Promise.all([bytesAt(plainUrl), bytesAt(relaxedUrl)]);
  return loadCore({ plain, relaxed });
}

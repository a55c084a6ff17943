/** @file SIMD engine: picks and compiles the build of the kernels this machine can run; where the bytes come from is the caller's affair. */
import { m } from '$paraglide/messages';

/** Compiled kernels with the name of their build. */
export interface Core {
  readonly module: WebAssembly.Module;
  readonly variant: 'plain' | 'relaxed';
  /** First 8 hex digits of the SHA-256 of the module's bytes. */
  readonly hash: string;
}

/** The bytes of both builds; relaxed is the one with fused multiply-add. */
export interface CoreBytes {
  readonly plain: BufferSource;
  readonly relaxed: BufferSource;
}

/** Compiles the relaxed build where the machine accepts it, else the plain one; fused sums differ in the last bits. */
export async function loadCore(bytes: CoreBytes): Promise<Core> {
  const variant = WebAssembly.validate(bytes.relaxed) ? 'relaxed' : 'plain';
  const chosen = bytes[variant];
  if (!WebAssembly.validate(chosen)) throw new Error(m.engine_no_simd());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', chosen));
  const hash = Array.from(digest.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { module: await WebAssembly.compile(chosen), variant, hash };
}

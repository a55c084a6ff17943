/** @file Tells a real graphics adapter from a software one, which is about a hundred times slower than the SIMD core. */
import { m } from '$paraglide/messages';

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** A usable adapter by its name, or why it is refused. */
export type Adapter =
  { readonly status: 'real'; readonly name: string } | { readonly status: 'refused'; readonly reason: string };

/** The part of WebGPU's adapter that is read here. */
interface GpuAdapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

interface Gpu {
  requestAdapter(options?: { powerPreference: 'high-performance' }): Promise<GpuAdapter | null>;
}

/** Judges an adapter by its name: SwiftShader, llvmpipe, lavapipe and other software renderers are refused. */
export function judgeAdapter(name: string, isFallback = false): Adapter {
  if (isFallback || SOFTWARE.test(name)) {
    const reason = name ? m.engine_adapter_software({ name }) : m.engine_adapter_software_unnamed();
    return { status: 'refused', reason };
  }
  return { status: 'real', name: name || m.engine_adapter_unnamed() };
}

/** Asks WebGL 2 in a 1x1 canvas outside the page for the name of its renderer. */
export function webglAdapter(): Adapter {
  if (typeof OffscreenCanvas === 'undefined') return { status: 'refused', reason: m.engine_no_canvas() };
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) return { status: 'refused', reason: m.engine_no_webgl() };
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(names === null ? gl.RENDERER : names.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return judgeAdapter(name);
}

/** Asks WebGPU for its fast adapter and judges it. */
export async function webgpuAdapter(): Promise<Adapter> {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator as { gpu?: Gpu }).gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { status: 'refused', reason: m.engine_no_webgpu() };
  const info = adapter.info ?? {};
  const name = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');
  return judgeAdapter(name, adapter.isFallbackAdapter === true || info.isFallbackAdapter === true);
}

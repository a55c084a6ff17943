import { describe, expect, test } from 'vitest';
import { openBackend } from './backend';
import { judgeAdapter } from './software-adapter';

describe('opening a backend', () => {
  test.each([
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    'ANGLE (Mesa, llvmpipe (LLVM 15.0.7, 256 bits), OpenGL 4.5)',
    'mesa lavapipe',
    'Microsoft Basic Render Driver'
  ])('a software adapter is refused by name: %s', (name) => {
    const adapter = judgeAdapter(name);
    expect(adapter).toMatchObject({ status: 'refused', reason: expect.stringContaining(name) as string });
  });

  test.each([
    'ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 Direct3D11 vs_5_0 ps_5_0, D3D11)',
    'apple metal-3',
    'ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)',
    'Adreno (TM) 740'
  ])('a real adapter is taken: %s', (name) => {
    expect(judgeAdapter(name)).toEqual({ status: 'real', name });
  });

  test('a fallback adapter is refused whatever its name', () => {
    expect(judgeAdapter('vendor device', true).status).toBe('refused');
  });

  test('graphics backends fail with a reason where there is no graphics', async () => {
    expect(await openBackend('webgl')).toMatchObject({ status: 'failed', reason: 'no OffscreenCanvas here' });
    expect(await openBackend('webgpu')).toMatchObject({ status: 'failed', reason: 'WebGPU is not available here' });
  });

  test('a silent backend fails at its time limit, and wasm without its files says so', async () => {
    const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
    expect(await openBackend('wasm')).toMatchObject({ status: 'failed', reason: 'the wasm files were not named' });
    const opening = await openBackend('wasm', { wasmPaths, limitMs: 0 });
    expect(opening).toMatchObject({ status: 'failed', reason: 'no answer within 0 s' });
  });

  test('opens cpu once and says what it is', async () => {
    const first = await openBackend('cpu');
    expect(first).toMatchObject({ status: 'open', backend: 'cpu', threads: 1, simd: false, adapter: null });
    expect(await openBackend('cpu')).toBe(first);
  });
});

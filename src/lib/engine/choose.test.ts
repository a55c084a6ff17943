import { describe, expect, test } from 'vitest';
import { chooseEngine, type EngineCandidate } from './choose';

const simd: EngineCandidate = { kind: 'simd', build: 'simd relaxed 3f2a91c0', gpu: false, stepMs: 200 };
const webgpu: EngineCandidate = { kind: 'tfjs', build: 'tfjs 4.22.0 webgpu', gpu: true, stepMs: 60 };
const wasm: EngineCandidate = { kind: 'tfjs', build: 'tfjs 4.22.0 wasm', gpu: false, stepMs: 900 };

describe('chooseEngine', () => {
  test('takes the SIMD core when there is no graphics processor', () => {
    expect(chooseEngine([wasm, simd])).toMatchObject({ kind: 'simd', build: simd.build });
  });

  test('takes a graphics processor only when it was timed faster', () => {
    expect(chooseEngine([simd, webgpu])).toEqual({
      kind: 'tfjs',
      build: webgpu.build,
      why: 'tfjs 4.22.0 webgpu trains a step in 60 ms here, the SIMD core in 200 ms.'
    });
    expect(chooseEngine([simd, { ...webgpu, stepMs: 250 }]).kind).toBe('simd');
    expect(chooseEngine([simd, { ...webgpu, stepMs: null }]).kind).toBe('simd');
    expect(chooseEngine([{ ...simd, stepMs: null }, webgpu]).kind).toBe('simd');
  });

  test('never trades the SIMD core for another engine without a graphics processor', () => {
    expect(chooseEngine([simd, { ...wasm, stepMs: 1 }]).kind).toBe('simd');
  });

  test('without the SIMD core takes the fastest timed engine and says so', () => {
    const choice = chooseEngine([wasm, { ...wasm, build: 'tfjs 4.22.0 cpu', stepMs: null }]);
    expect(choice).toEqual({
      kind: 'tfjs',
      build: wasm.build,
      why: 'The SIMD core is not available; tfjs 4.22.0 wasm is next (900 ms a step).'
    });
  });

  test('the user decides when what they want has opened', () => {
    expect(chooseEngine([simd, webgpu, wasm], wasm.build)).toMatchObject({
      build: wasm.build,
      why: `Chosen by you: ${wasm.build}.`
    });
    expect(chooseEngine([webgpu, wasm], 'simd').why).toMatch(/^simd was asked for but is not available here\./);
  });

  test('refuses an empty list', () => {
    expect(() => chooseEngine([])).toThrow('got none');
  });
});

/** @file Tests of the decision which engine trains, on candidates as data. */
import { describe, expect, test } from 'vitest';
import { chooseEngine, engineOf, workersOf, type EngineCandidate } from './choose';

const simd: EngineCandidate = { engine: 'simd', build: 'simd relaxed 3f2a91c0', stepMs: 200, moreThanMs: null };
const pair: EngineCandidate = { engine: 'simd:2', build: 'simd relaxed 3f2a91c0 x2', stepMs: 110, moreThanMs: null };
const webgpu: EngineCandidate = { engine: 'tfjs:webgpu', build: 'tfjs 4.22.0 webgpu', stepMs: 60, moreThanMs: null };
const webgl: EngineCandidate = { engine: 'tfjs:webgl', build: 'tfjs 4.22.0 webgl', stepMs: 150, moreThanMs: null };
const wasm: EngineCandidate = { engine: 'tfjs:wasm', build: 'tfjs 4.22.0 wasm', stepMs: null, moreThanMs: 900 };

describe('chooseEngine', () => {
  test('takes the core when every other engine is slower, and says by how much', () => {
    expect(chooseEngine([{ ...webgpu, stepMs: 250 }, wasm, simd])).toEqual({
      engine: 'simd',
      build: simd.build,
      why: 'SIMD core trains a step in 200 ms here (tfjs 4.22.0 webgpu: 250 ms, tfjs 4.22.0 wasm: more than 900 ms).'
    });
  });

  test('takes a graphics processor when its timed step is faster', () => {
    expect(chooseEngine([simd, webgpu, wasm])).toMatchObject({ engine: 'tfjs:webgpu', build: webgpu.build });
    expect(chooseEngine([simd, webgl, webgpu]).engine).toBe('tfjs:webgpu');
    expect(chooseEngine([simd, webgl, { ...webgpu, stepMs: null }]).engine).toBe('tfjs:webgl');
  });

  test('takes the core when two are equally fast, and when nothing was timed', () => {
    expect(chooseEngine([{ ...webgpu, stepMs: 200 }, simd]).engine).toBe('simd');
    const untimed = { stepMs: null, moreThanMs: null };
    expect(
      chooseEngine([
        { ...webgpu, ...untimed },
        { ...simd, ...untimed }
      ]).engine
    ).toBe('simd');
  });

  test('without the core takes the fastest timed engine and says so', () => {
    expect(chooseEngine([{ ...wasm, stepMs: 900, moreThanMs: null }])).toEqual({
      engine: 'tfjs:wasm',
      build: wasm.build,
      why: 'The SIMD core is not available; tfjs 4.22.0 wasm is next (900 ms a step).'
    });
  });

  test('the user decides: an engine, TensorFlow.js at its fastest, or one backend of it', () => {
    const all = [simd, webgpu, webgl, wasm];
    expect(chooseEngine(all, 'simd')).toMatchObject({ engine: 'simd', why: 'Chosen by you: SIMD core.' });
    expect(chooseEngine(all, 'tfjs').engine).toBe('tfjs:webgpu');
    expect(chooseEngine(all, 'tfjs:wasm').engine).toBe('tfjs:wasm');
  });

  test('takes as many workers as are fastest, and says what the others took', () => {
    expect(chooseEngine([simd, pair, wasm])).toEqual({
      engine: 'simd:2',
      build: pair.build,
      why: 'SIMD core with 2 workers trains a step in 110 ms here (SIMD core: 200 ms, tfjs 4.22.0 wasm: more than 900 ms).'
    });
    expect(chooseEngine([simd, { ...pair, stepMs: 230 }]).engine).toBe('simd');
    expect(chooseEngine([simd, { ...pair, stepMs: 200 }]).engine, 'one worker where two are no faster').toBe('simd');
    expect(chooseEngine([simd, pair, webgpu], 'simd')).toMatchObject({
      engine: 'simd:2',
      why: 'Chosen by you: SIMD core with 2 workers is the fastest of these, 110 ms a step here (SIMD core: 200 ms).'
    });
    expect(chooseEngine([pair], 'simd:2').why).toBe('Chosen by you: SIMD core with 2 workers.');
  });

  test('a build tells which engine it was, and with how many workers', () => {
    for (const { engine, build } of [simd, pair, webgpu, webgl, wasm]) expect(engineOf(build)).toBe(engine);
    expect(engineOf('pytorch 2.9')).toBeNull();
    expect(engineOf('tfjs 4.22.0 abacus')).toBeNull();
    expect([simd, pair, wasm].map(({ engine }) => workersOf(engine))).toEqual([1, 2, 1]);
  });

  test('refuses what is not there, and an empty list', () => {
    expect(() => chooseEngine([simd], 'tfjs:webgl')).toThrow('engine tfjs:webgl: must be available here');
    expect(() => chooseEngine([])).toThrow('got none');
  });
});

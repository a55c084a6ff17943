import { memory } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { mapsNetwork, smallNetworks } from '../../../../test/support/small-networks';
import { lower } from '../../ops/lower';
import { openTfjsRuntime } from './latency-runtime';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';

describe('the TensorFlow.js runtime', () => {
  test('describes what really runs', async () => {
    const { description } = await openTfjsRuntime('wasm', { wasmPaths });
    expect(description).toEqual({
      runtime: 'tfjs-wasm',
      version: '4.22.0',
      backend: 'wasm',
      threads: 1,
      simd: true,
      isolated: false
    });
  });

  test.each([...smallNetworks.map((arch) => ({ arch, ops: lower(arch) })), mapsNetwork()])(
    'runs the whole network, every op and every row alone, and leaves nothing behind: $arch.name',
    async ({ ops }) => {
      const runtime = await openTfjsRuntime('wasm', { wasmPaths });
      const columns = [...new Set(ops.map(({ column }) => column))];
      const rows = columns.map((column) => ops.filter((op) => op.column === column));
      const start = memory().numTensors;
      for (const list of [ops, ...ops.map((op) => [op]), ...rows]) {
        const runnable = await runtime.prepare(list, 2);
        const held = memory().numTensors;
        await runnable.run();
        await runnable.run();
        expect(memory().numTensors).toBe(held);
        runnable.dispose();
        expect(memory().numTensors).toBe(start);
      }
    }
  );

  test('refuses an empty list', async () => {
    const runtime = await openTfjsRuntime('cpu');
    await expect(runtime.prepare([], 1)).rejects.toThrow('must not be empty');
  });
});

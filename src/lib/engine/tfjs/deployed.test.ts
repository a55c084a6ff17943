import { memory, randomUniform, tidy, type Tensor4D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { mapsNetwork, smallNetworks } from '../../../../test/support/small-networks';
import { lower } from '../../ops/lower';
import { openBackend } from './backend';
import { deploy } from './deployed';

const wasmPaths = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const networks = [...smallNetworks.map((arch) => ({ arch, ops: lower(arch) })), mapsNetwork()];

test.each(networks)(
  'every deployed op gives the shape the lowering says, on cpu as on wasm: $arch.name',
  async ({ arch, ops }) => {
    const answers: Float32Array[] = [];
    for (const backend of ['cpu', 'wasm'] as const) {
      expect((await openBackend(backend, { wasmPaths })).status).toBe('open');
      const start = memory().numTensors;
      tidy(() => {
        const values = new Map<string, Tensor4D>([['', randomUniform([2, ...arch.input], -1, 1, 'float32', 4)]]);
        for (const op of ops) {
          const deployed = deploy(op, 1);
          const value = deployed.apply(op.inputs.map((id) => values.get(id)!));
          deployed.dispose();
          expect(value.shape, op.id).toEqual([2, ...op.out]);
          values.set(op.id, value);
        }
        answers.push(values.get(ops.at(-1)!.id)!.dataSync<'float32'>());
      });
      expect(memory().numTensors).toBe(start);
    }
    const [cpu, wasm] = answers;
    const top = Math.max(...cpu!.map(Math.abs));
    expect(Math.max(...cpu!.map((value, i) => Math.abs(value - wasm![i]!)))).toBeLessThan(1e-4 * top);
  }
);

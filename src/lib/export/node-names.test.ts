/** @file Tests of which nodes of exported files belong to an op: against the names that the written files hold. */
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../arch/architecture';
import { applyNetworkOptions } from '../arch/options';
import { presetById } from '../arch/presets/catalogue';
import { lower } from '../ops/lower';
import { initTensors } from '../weights/init';
import { usualOnnx } from './choice';
import { liteNodeKeys, onnxNodeKeys } from './node-names';
import { writeFiles } from './write';

const archOf = (id: string, change: Parameters<typeof applyNetworkOptions>[1] = {}): Architecture => {
  const preset = presetById(id)?.arch;
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return applyNetworkOptions(preset, { width: 0.25, classes: 5, input: [32, 32, 3], ...change });
};

const networks = [
  ['v2', archOf('v2', { padding: 'symmetric' })],
  ['v3-small', archOf('v3-small')],
  ['v3-large with LR-ASPP', archOf('v3-large', { head: 'lraspp' })],
  ['v3-large with SSDLite', archOf('v3-large', { head: 'ssdlite' })],
  ['article 004, its own swish', archOf('article-004-small')]
] as const;

/** Whether a file holds a name as a text of its own: after its length, as both formats keep texts. */
function holds(file: Uint8Array, name: string, lengthBytes: 1 | 4): boolean {
  const text = Buffer.from(name);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(text.length, 0, lengthBytes);
  return Buffer.from(file.buffer, file.byteOffset, file.length).includes(Buffer.concat([length, text]));
}

async function fileOf(arch: Architecture, format: 'onnx' | 'tflite'): Promise<Uint8Array> {
  const choice = format === 'onnx' ? usualOnnx : ({ format, weights: 'float32' } as const);
  const written = await writeFiles({ arch, tensors: initTensors(lower(arch), 1) }, choice);
  const content = written.kind === 'ok' ? written.files[0]?.content : null;
  if (!(content instanceof Uint8Array)) throw new Error('a file must be written');
  return content;
}

describe.each(networks)('%s', (_, arch) => {
  const tensors = initTensors(lower(arch), 1);

  test.each([
    ['onnx', onnxNodeKeys, 1],
    ['tflite', liteNodeKeys, 4]
  ] as const)('every op has a node that the %s file holds, no node belongs to two', async (format, keysOf, bytes) => {
    const keys = keysOf(arch, tensors);
    expect(Object.keys(keys).toSorted()).toEqual(
      lower(arch)
        .map(({ id }) => id)
        .toSorted()
    );
    const names = Object.values(keys).flat();
    expect(new Set(names).size).toBe(names.length);
    const file = await fileOf(arch, format);
    expect(names.filter((name) => !holds(file, name, bytes))).toEqual([]);
  });
});

test('the node that computes comes first: the convolution before its h-swish, and before the zeros around it', () => {
  const arch = archOf('v3-small', { padding: 'symmetric' });
  const tensors = initTensors(lower(arch), 1);
  expect(onnxNodeKeys(arch, tensors)['stem']).toEqual(['stem.before', 'stem']);
  expect(liteNodeKeys(arch, tensors)['stem']).toEqual(['stem.before', 'stem', 'stem.pad']);
});

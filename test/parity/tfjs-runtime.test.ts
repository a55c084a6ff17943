/** @file TensorFlow.js as a runtime of proofs: it loads the archives that are saved, and answers what our own engine answers. */
import { memory } from '@tensorflow/tfjs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { openTfjsModels } from '../../src/lib/engine/tfjs/model-runtime';
import { toZip } from '../../src/lib/export/archive';
import type { Format } from '../../src/lib/export/choice';
import { writeFiles } from '../../src/lib/export/write';
import { AskedModel } from '../../src/workers/export/ask-file';
import { answered, exportCases, smallPreset, worstGap, type Answered } from '../support/export-networks';

const runtime = await openTfjsModels({ wasmPaths: 'node_modules/@tensorflow/tfjs-backend-wasm/dist/' });

async function archiveOf(known: Answered, format: Extract<Format, 'tfjs' | 'tfjs-graph'>): Promise<Uint8Array> {
  const written = await writeFiles(known, { format });
  if (written.kind === 'bad') throw new Error(JSON.stringify(written.issues));
  const files = written.files.map(({ name, content }) => ({
    name,
    bytes: typeof content === 'string' ? strToU8(content) : content
  }));
  return toZip(files);
}

/** Every kind of head and a few tables: all others are loaded where each writer is tested. */
const kinds = /^(v2|v3-small|article-000-conv|v3-large (lraspp|ssdlite|features)) \d.*same|^random/;
const cases = exportCases(3).filter(({ name }) => kinds.test(name));
const small = smallPreset('v3-small', { width: 0.35, classes: 10, input: [64, 64, 3] });

test('says what runs, as the other runtimes do', () => {
  expect(runtime.kind).toBe('TensorFlow.js');
  expect(runtime.build).toBe('TensorFlow.js 4.22.0 on wasm, 1 threads');
});

describe.each(['tfjs', 'tfjs-graph'] as const)('archives of %s', (format) => {
  test.each(cases)('$name', async (one) => {
    const known = await answered(one);
    const before = memory().numTensors;
    const model = await runtime.open(await archiveOf(known, format), one.arch.input);
    const how = { arch: one.arch, named: false, batch: null, clock: () => 0 };
    const asked = new AskedModel((images, count) => model.run(images, count), how);
    const answers = await asked.answer(known.images, known.count);
    model.dispose();
    const found = Object.entries(answers).map(([name, data]) => ({ name, data: Float32Array.from(data) }));
    expect(worstGap(known, found)).toBeLessThanOrEqual(2e-5);
    expect(memory().numTensors).toBe(before);
  });

  test('that lack a shard, or hold half of one, are refused', async () => {
    const files = unzipSync(await archiveOf(await answered(small), format));
    const shard = Object.keys(files).find((name) => name.endsWith('.bin')) ?? '';
    const { [shard]: bytes = new Uint8Array(), ...rest } = files;
    await expect(runtime.open(zipSync(rest), small.arch.input)).rejects.toThrow(`the archive has no ${shard}`);
    const half = zipSync({ ...rest, [shard]: bytes.subarray(0, bytes.length >> 1) });
    await expect(runtime.open(half, small.arch.input)).rejects.toThrow();
    await expect(runtime.open(strToU8('no archive'), small.arch.input)).rejects.toThrow();
  });
});

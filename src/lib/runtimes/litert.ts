/** @file Runtimes: LiteRT.js, wasm: runs exported .tflite files in a worker and in Node. */
import type * as LiteRtCore from '@litertjs/core';
import type { Shape } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import type { Runtime, RuntimeModel, RuntimeOutput } from './runtime';

/** The version of LiteRT.js that package.json pins. */
const VERSION = '2.5.3';

type Core = typeof LiteRtCore;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** A file reads one picture at a time: its first axis is 1. Bytes go in and out of a file of bytes as they are, as floats. */
async function open(core: Core, file: Uint8Array, threads: number): Promise<RuntimeModel> {
  const model = await core.loadAndCompile(file, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
  const names = model.getOutputDetails().map(({ name }) => name);
  const [input, ...others] = model.getInputDetails();
  if (!input || others.length > 0) throw new Error(m.runtime_one_input({ got: others.length + (input ? 1 : 0) }));
  const shape = [...input.shape];

  async function once(images: Float32Array): Promise<readonly RuntimeOutput[]> {
    const given = core.Tensor.fromTypedArray(input?.dtype === 'uint8' ? Uint8Array.from(images) : images, shape);
    const found = await model.run([given]);
    const outputs: RuntimeOutput[] = [];
    for (const [i, tensor] of found.entries()) {
      const data = await tensor.data();
      const name = names[i] ?? '';
      if (data instanceof Int32Array) throw new Error(m.runtime_output_type({ name }));
      outputs.push({ name, shape: [...tensor.type.layout.dimensions], data: Float32Array.from(data) });
      tensor.delete();
    }
    given.delete();
    return outputs;
  }

  return {
    accelerated: model.isFullyAccelerated,
    async run(images, count) {
      const size = sizeOf(shape);
      const parts: (readonly RuntimeOutput[])[] = [];
      for (let i = 0; i < count; i++) parts.push(await once(images.slice(i * size, (i + 1) * size)));
      return (parts[0] ?? []).map(({ name, shape: [, ...rest] }, index) => {
        const data = new Float32Array(count * sizeOf(rest));
        parts.forEach((part, i) => data.set(part[index]?.data ?? [], i * sizeOf(rest)));
        return { name, shape: [count, ...rest], data };
      });
    },
    dispose: () => model.delete()
  };
}

/** LiteRT on a core that has been loaded, with that many threads. */
export function openLiteRt(core: Core, threads: number): Runtime {
  return {
    kind: 'LiteRT.js',
    build: m.runtime_build({ name: 'LiteRT.js', version: VERSION, threads }),
    open: (file: Uint8Array, _: Shape) => open(core, file, threads)
  };
}

/** @file Step 4, network: the built network of TensorFlow.js as the frame, and the core as its accelerator that borrows the weights. */
import { finiteValues, type Checked, type Tensors } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import type { Engine, Network } from './engine';

/** A network that is trained by one engine and held, shown, validated and answered for by another. */
export interface FramedNetwork extends Network {
  /** Compares both engines' answers to pictures [count, h, w, c] on the weights as they stand; throws where the frame's are no numbers. */
  compare(images: Float32Array, count: number): Promise<Checked>;
}

/** An engine whose networks are framed. */
export interface FramedEngine extends Engine {
  /** The frame's build. */
  readonly frame: string;
  createNetwork(...what: Parameters<Engine['createNetwork']>): Promise<FramedNetwork>;
}

/** Pictures that are compared at once, whatever the size of a batch. */
export const CHECK_PICTURES = 16;

/** Largest gap between the answers of two engines, as a share of the largest answer, that float32 explains. */
export const CHECK_LIMIT = 1e-4;

/** The largest gap of two lists of maps as a share of the largest entry of its map; NaN counts as infinite. */
export function worstGap(of: readonly Float32Array[], against: readonly Float32Array[]): number {
  let worst = of.length === against.length ? 0 : Infinity;
  against.forEach((expected, i) => {
    const got = of[i];
    let gap = got?.length === expected.length ? 0 : Infinity;
    let largest = 0;
    expected.forEach((value, at) => {
      const apart = Math.abs(value - (got?.[at] ?? NaN));
      gap = apart <= gap ? gap : Number.isNaN(apart) ? Infinity : apart;
      largest = Math.max(largest, Math.abs(value));
    });
    if (gap > 0) worst = Math.max(worst, gap / largest);
  });
  return worst;
}

/** Throws a sentence when two engines disagree by more than float32 explains. */
export function mustAgree({ against, worst }: Checked, core: string): void {
  if (worst <= CHECK_LIMIT) return;
  throw new Error(m.engine_check_gap({ core, against, limit: CHECK_LIMIT, worst: worst.toPrecision(2) }));
}

/** Puts a core under a frame: both hold the weights of the start; the frame owns them whenever no step is running. */
function framed(core: Network, frame: Network, against: string): FramedNetwork {
  let lent = false;
  /** Gives the weights back to the frame after the steps since it last had them. */
  const frameWithWeights = async (): Promise<Network> => {
    if (!lent) return frame;
    await frame.write(await core.read());
    lent = false;
    return frame;
  };
  return {
    arch: frame.arch,
    trainStep(batch, objective, update) {
      lent = true;
      return core.trainStep(batch, objective, update);
    },
    forward: async (images, count) => (await frameWithWeights()).forward(images, count),
    outputs: async (images, count) => (await frameWithWeights()).outputs(images, count),
    activations: async (images, count, ids) => (await frameWithWeights()).activations(images, count, ids),
    read: async () => (await frameWithWeights()).read(),
    async write(tensors: Tensors) {
      await (await frameWithWeights()).write(tensors);
      await core.write(tensors);
    },
    readAveraged: () => core.readAveraged(),
    readState: () => core.readState(),
    writeState: (state) => core.writeState(state),
    async compare(images, count) {
      const expected = await (await frameWithWeights()).outputs(images, count);
      // No engine is to blame for weights that answer with infinity.
      if (!expected.every(finiteValues)) throw new Error(m.engine_answers_broken());
      return { against, worst: worstGap(await core.outputs(images, count), expected) };
    },
    dispose() {
      core.dispose();
      frame.dispose();
    }
  };
}

/** An engine that trains on `core` what TensorFlow.js (`frame`) has built; each of its networks exists on both. */
export function openFramedEngine(core: Engine, frame: Engine): FramedEngine {
  return {
    kind: core.kind,
    build: core.build,
    frame: frame.build,
    async createNetwork(arch, tensors, maxBatch) {
      const built = await frame.createNetwork(arch, tensors, Math.max(maxBatch, CHECK_PICTURES));
      try {
        return framed(await core.createNetwork(arch, tensors, maxBatch), built, frame.build);
      } catch (error) {
        built.dispose();
        throw error;
      }
    }
  };
}

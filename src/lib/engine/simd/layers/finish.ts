/** @file SIMD engine: what ends every op with weights: batch norm, or a bias, or nothing, then the activation. */
import { ACT } from '../kernels';
import type { Finish, Finished } from './ending';
import { chunkOf, layMap, mapOutput, overChunks, sizeOf, type Ground } from './layer';
import { openNorm } from './norm';

/** What both endings without a norm share: dz takes the place of dy. */
type Ending = Pick<Finish, 'z' | 'output' | 'collect'> & {
  /** Turns some pictures of dy into dz; the first ones clear what sums it fills. */
  readonly turn: (from: number, count: number, dy: number) => void;
};

function openEnding(op: Finished, { kernels }: Ground, { z, output, collect, turn }: Ending): Finish {
  const size = sizeOf(op.out);
  let arrived = 0;
  const arrive = (from: number, count: number, dy: number): void => {
    turn(from, count, dy);
    arrived = from + count;
  };
  return {
    z,
    output,
    begin: () => undefined,
    collect,
    end: () => undefined,
    arrive,
    intact: false,
    settle(count, dy) {
      overChunks(count, chunkOf(size), (from, part) => arrive(from, part, dy), arrived);
      arrived = 0;
    },
    gradient: (from, _count, dy) => dy + from * size * 4,
    layGradient: (from, count, dy, frame) => layMap(kernels, dy + from * size * 4, op.out, count, frame)
  };
}

/** A bias, and the activation in the same pass where it needs no exponential. */
function openBias(op: Finished, ground: Ground): Finish {
  const { kernels, arena, parameters, maxBatch } = ground;
  const bias = parameters.of(op, 'bias');
  const act = ACT[op.nl];
  const fused = act <= ACT.hardSigmoid ? act : ACT.linear;
  const [height, width, channels] = op.out;
  const size = sizeOf(op.out);
  const z = arena.alloc(maxBatch * size);
  const y = act === ACT.linear ? z : arena.alloc(maxBatch * size);
  return openEnding(op, ground, {
    z,
    output: mapOutput(ground, y, op.out),
    collect(from, count) {
      const [at, to] = [z + from * size * 4, y + from * size * 4];
      kernels.biasAct(at, bias.value, fused === act ? to : at, count * height * width, channels, fused);
      if (fused !== act) kernels.activateMap(at, to, count * size, act);
    },
    turn(from, count, dy) {
      if (from === 0) kernels.zero(bias.gradient, bias.size);
      const [at, dz] = [z + from * size * 4, dy + from * size * 4];
      if (fused !== act) kernels.deactivateMap(at, dz, count * size, act);
      kernels.biasActBackward(at, dz, bias.gradient, count * height * width, channels, fused);
    }
  });
}

/** The activation alone. */
function openBare(op: Finished, ground: Ground): Finish {
  const { kernels, arena, maxBatch } = ground;
  const act = ACT[op.nl];
  const size = sizeOf(op.out);
  const z = arena.alloc(maxBatch * size);
  const y = act === ACT.linear ? z : arena.alloc(maxBatch * size);
  return openEnding(op, ground, {
    z,
    output: mapOutput(ground, y, op.out),
    collect(from, count) {
      if (y !== z) kernels.activateMap(z + from * size * 4, y + from * size * 4, count * size, act);
    },
    turn(from, count, dy) {
      if (y !== z) kernels.deactivateMap(z + from * size * 4, dy + from * size * 4, count * size, act);
    }
  });
}

/** Builds what follows an op's products; the op writes them to `z`. */
export function openFinish(op: Finished, ground: Ground): Finish {
  const norm = op.kind === 'conv' || op.kind === 'depthwise' ? op.norm : null;
  if (norm) return openNorm(op, norm, ground);
  return op.kind === 'transposedConv' || op.bias ? openBias(op, ground) : openBare(op, ground);
}

/** @file SIMD engine: what ends every op with weights: batch norm, or a bias, or nothing, then the activation. */
import { ACT } from '../kernels';
import { openEnding, type Finish, type Finished } from './ending';
import { mapOutput, sizeOf, type Ground } from './layer';
import { openNorm } from './norm';
import { openRoundedSums } from './rounded';

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
  const rounded = ground.rounding?.sums;
  if (rounded) return openRoundedSums(op, ground, rounded);
  const norm = op.kind === 'conv' || op.kind === 'depthwise' ? op.norm : null;
  if (norm) return openNorm(op, norm, ground);
  return op.kind === 'transposedConv' || op.bias ? openBias(op, ground) : openBare(op, ground);
}

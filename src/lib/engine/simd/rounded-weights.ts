/** @file SIMD engine: weights and bias as an op's layer sees them while 8 bits are trained for: rounded anew for each pass. */
import type { Op } from '$lib/ops/op';
import { tensorsOf } from '$lib/ops/tensors';
import type { RoundedWeights } from '$lib/task/rounding';
import type { Ground } from './layers/layer';
import type { Parameter, Parameters } from './parameters';

/** What a layer sees of one op's tensors. */
export interface SeenWeights {
  /** All tensors, those of the op rounded; gradients go to the tensors themselves, which the optimiser moves in floats. */
  readonly parameters: Parameters;
  /** Rounds them as they now stand. */
  refresh(): void;
}

/** A tensor at another place; where its gradient lies is known only once the network trains. */
const seenAt = (own: Parameter, value: number): Parameter =>
  Object.defineProperty({ ...own, value }, 'gradient', { get: () => own.gradient });

/** Places rounded weights [.., filters] and, where the op has one, the bias. */
export function openRoundedWeights(ground: Ground, op: Op, { scales, inputScale }: RoundedWeights): SeenWeights {
  const { kernels, arena, parameters, rounding } = ground;
  const weight = parameters.of(op, 'weight');
  const bias = tensorsOf(op).some(({ role }) => role === 'bias') ? parameters.of(op, 'bias') : null;
  const lift = rounding?.sums?.lift ?? 0;
  const seen = seenAt(weight, arena.alloc(weight.size));
  const scale = arena.alloc(scales);
  const shift = bias && seenAt(bias, arena.alloc(bias.size));

  const refreshBias = (from: Parameter, to: Parameter): void => {
    const [own, units, out] = [from.value, scale, to.value].map((at) =>
      arena.floats(at, at === scale ? scales : from.size)
    );
    if (!own || !units || !out) return;
    for (let c = 0; c < out.length; c++) {
      const unit = Math.fround(inputScale * (units[c % scales] as number));
      out[c] = Math.round(((own[c] as number) + lift) / unit) * unit - lift;
    }
  };

  return {
    parameters: {
      ...parameters,
      of(of, role) {
        if (of === op && role === 'weight') return seen;
        return of === op && role === 'bias' && shift ? shift : parameters.of(of, role);
      }
    },
    refresh() {
      kernels.roundFilters(weight.value, seen.value, weight.size, scales, scale);
      if (bias && shift) refreshBias(bias, shift);
    }
  };
}

import { expect, test } from 'vitest';
import { smallNetworks } from '../../../../test/support/small-networks';
import { mobileNetV2 } from '../../arch/presets/mobilenet-v2';
import { mobileNetV3Large } from '../../arch/presets/mobilenet-v3';
import { lower } from '../../ops/lower';
import { planGradients } from './gradient-plan';

const tables = [...smallNetworks, mobileNetV2, mobileNetV3Large];

test.each(tables)('no two gradients waiting at once share a block: $name', (arch) => {
  const ops = lower(arch);
  const plan = planGradients(ops);
  const waiting = new Map<number, string>([[plan.own.get(ops.at(-1)!.id)!, ops.at(-1)!.id]]);
  for (const op of ops.toReversed()) {
    const mine = plan.own.get(op.id)!;
    expect(waiting.get(mine), `block of ${op.id}`).toBe(op.id);
    waiting.delete(mine);
    for (const [index, target] of plan.into.get(op.id)!.entries()) {
      if (!target) continue;
      const input = ops.find(({ id }) => id === op.inputs[index])!;
      expect(waiting.get(target.slot), `gradient of ${input.id}`).toBe(target.add ? input.id : undefined);
      expect(plan.sizes[target.slot]).toBeGreaterThanOrEqual(input.out[0] * input.out[1] * input.out[2]);
      waiting.set(target.slot, input.id);
    }
  }
  expect(waiting.size).toBe(0);
});

test('a whole network needs few blocks', () => {
  expect(planGradients(lower(mobileNetV3Large)).sizes.length).toBeLessThanOrEqual(4);
});

test('an output nobody reads is refused', () => {
  const ops = lower(smallNetworks[0]!);
  const cut = ops.filter(({ id }) => id !== 'row03.add');
  expect(() => planGradients(cut)).toThrow('must be read by a later op');
});

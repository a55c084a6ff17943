import { describe, expect, test } from 'vitest';
import { presetById } from '../../arch/presets/catalogue';
import { lower } from '../../ops/lower';
import { initTensors } from '../../weights/init';
import { deploy } from '../deploy';
import { lowerLite } from '../tflite/lower';
import { spelledOut } from './spelling';

function spellingOf(id: string) {
  const { arch } = presetById(id)!;
  const ops = lower(arch);
  const graph = lowerLite(deploy(arch, initTensors(ops, 1), { foldNorms: true }), { hardSwish: 'products' });
  return { spelling: spelledOut(graph, ops), graph };
}

describe('V3-Small', () => {
  const { spelling, graph } = spellingOf('v3-small');

  test('says each of its 19 h-swish as a sum and two products over the same map', () => {
    const [swish] = spelling;
    // arXiv 1905.02244 table 2: the stem, expand and depthwise of eight rows, and two layers of the head.
    expect(swish).toMatchObject({ what: 'hardSwish', count: 19 });
    expect(swish?.steps.map(({ role, operator, count, weights }) => [role, operator, count, weights])).toEqual([
      ['shift', 'ADD + RELU6', 19, 0],
      ['sixth', 'MUL', 19, 0],
      ['product', 'MUL', 19, 0]
    ]);
    expect(new Set(swish?.steps.map(({ values }) => values)).size).toBe(1);
    expect(swish?.steps.map(({ example }) => example)).toEqual(['stem.shifted', 'stem.gate', 'stem']);
    for (const { example } of swish?.steps ?? []) expect(graph.nodes.map(({ name }) => name)).toContain(example);
  });

  test('says its 9 squeeze-and-excites as a mean, two 1x1 convolutions, a sixth and a product', () => {
    const gates = spelling[1]!;
    expect([gates.what, gates.count]).toEqual(['squeezeExcite', 9]);
    expect(gates.steps.map(({ role, operator, count }) => [role, operator, count])).toEqual([
      ['pool', 'MEAN', 9],
      ['squeeze', 'CONV_2D + RELU', 9],
      ['excite', 'CONV_2D + RELU6', 9],
      ['sixth', 'MUL', 9],
      ['scale', 'MUL', 9]
    ]);
    const [pool, squeeze, excite] = gates.steps;
    expect(squeeze?.weights).toBe(excite?.weights);
    // 16·8 + 96·24 + 2·240·64 + 120·32 + 144·40 + 288·72 + 2·576·144, the widths of table 2 and a quarter of each.
    expect(squeeze?.weights).toBe(128 + 2304 + 30720 + 3840 + 5760 + 20736 + 165888);
    expect(pool?.values).toBe(16 + 96 + 480 + 120 + 144 + 288 + 1152);
  });
});

test('a network of ReLU6 alone needs no spelling', () => expect(spellingOf('v2').spelling).toEqual([]));

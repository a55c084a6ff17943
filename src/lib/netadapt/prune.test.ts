import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { fitTo } from '$lib/arch/fit';
import { checkArchitecture } from '$lib/arch/parse';
import { mobileNetV1 } from '$lib/arch/presets/mobilenet-v1';
import { mobileNetV3Large, mobileNetV3Small } from '$lib/arch/presets/mobilenet-v3';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { withHead } from '$lib/arch/with-head';
import { rngOf, shuffle } from '$lib/base/rng';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import { unservedIssue } from '$lib/search/served';
import { checkTensors } from '$lib/weights/safetensors';
import type { Tensors } from '$lib/weights/checkpoint';
import { adapt } from './adapt';
import { gridOps } from './grid';
import { groupLabel, groupsOf, sameWiring, tieIndexOf, type Group } from './groups';
import { architectures, randomTensors } from './networks.fixture';
import { defaultWidthRules, floorArchitecture, legalWidths, propose } from './propose';
import { prune } from './prune';
import { referenceForward } from './reference-forward.fixture';
import { tiesOf } from './ties';

const maddsOf = (arch: Architecture): number => totalCost(lower(arch)).madds;
const describeGroup = (group: Group) => [group.id, group.kind, group.rows, group.width];

/** Zeroes every weight that reads the given channels of a group: they can then no longer be heard. */
function silence(arch: Architecture, tensors: Tensors, groupId: string, removed: ReadonlySet<number>): Tensors {
  const ops = lower(arch);
  const ties = tiesOf(ops);
  const tie = tieIndexOf(ties, groupId);
  const muted: Tensors = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }])
  );
  for (const op of ops) {
    const weight = muted[`${op.id}.weight`];
    if (!weight || op.kind === 'depthwise' || ties.reads.get(op.id) !== tie) continue;
    const inputs = op.in[2];
    const outputs = op.out[2];
    for (let i = 0; i < weight.data.length; i++) if (removed.has(Math.floor(i / outputs) % inputs)) weight.data[i] = 0;
  }
  return muted;
}

describe('groupsOf', () => {
  test('finds in MobileNetV3-Large 14 expansions and the residual-tied widths of its stages', () => {
    const groups = groupsOf(mobileNetV3Large);
    expect(groups.filter((g) => g.kind === 'expansion').map((g) => g.rows)).toEqual(
      Array.from({ length: 14 }, (_, i) => [i + 2])
    );
    expect(groups.filter((g) => g.kind !== 'expansion').map(describeGroup)).toEqual([
      ['stem', 'bottleneck', [1], 16],
      ['row02.project', 'bottleneck', [2, 3], 24],
      ['row04.project', 'bottleneck', [4, 5, 6], 40],
      ['row07.project', 'bottleneck', [7, 8, 9, 10], 80],
      ['row11.project', 'bottleneck', [11, 12], 112],
      ['row13.project', 'bottleneck', [13, 14, 15], 160]
    ]);
  });

  test('finds in MobileNetV3-Small a stem of its own that row 1 without expansion follows', () => {
    const groups = groupsOf(mobileNetV3Small).filter((g) => g.kind !== 'expansion');
    expect(groups.slice(0, 2).map(describeGroup)).toEqual([
      ['stem', 'stem', [1], 16],
      ['row01.project', 'bottleneck', [1], 16]
    ]);
  });

  test('finds in MobileNetV1 the stem and every pointwise width', () => {
    const groups = groupsOf(mobileNetV1);
    expect(groups.map((g) => g.kind)).toEqual(['stem', ...new Array<string>(13).fill('pointwise')]);
    expect(groups.map((g) => g.rows)).toEqual([[], ...Array.from({ length: 13 }, (_, i) => [i + 1])]);
    expect(groupLabel(groups[3] ?? groups[0] ?? expect.fail())).toBe('#out of row 3');
  });

  test('offers the head only when asked', () => {
    const ids = groupsOf(mobileNetV3Small, { head: true }).map((g) => g.id);
    expect(ids.filter((id) => id.startsWith('head'))).toEqual(['head.conv', 'head.hidden']);
  });
});

test('prune leaves the logits as they were when nothing reads the removed channels, on random networks', () => {
  let cuts = 0;
  fc.assert(
    fc.property(architectures, fc.nat(), fc.nat(), (arch, pick, seed) => {
      const groups = groupsOf(arch, { head: true });
      const group = groups[pick % groups.length] ?? expect.fail();
      const rng = rngOf(seed);
      const widths = [...legalWidths(arch, group, { divisor: 1, squeeze: 'stay', head: true })];
      if (widths.length === 0) return;
      const { to } = widths[rng.below(widths.length)] ?? expect.fail();
      const order = shuffle(
        Array.from({ length: group.width }, (_, i) => i),
        rng
      );
      const kept = order.slice(0, to).sort((a, b) => a - b);
      const tensors = silence(arch, randomTensors(arch, seed), group.id, new Set(order.slice(to)));
      const pruned = prune({ arch, tensors }, { groupId: group.id, to, squeeze: 'stay', kept });
      const picture = Array.from({ length: arch.input[0] * arch.input[1] * arch.input[2] }, () => rng.normal());
      const before = referenceForward(arch, tensors, picture);
      const after = referenceForward(pruned.arch, pruned.tensors, picture);
      before.forEach((logit, i) =>
        expect(Math.abs((after[i] ?? NaN) - logit)).toBeLessThan(1e-9 * (1 + Math.abs(logit)))
      );
      cuts++;
    }),
    { numRuns: 60 }
  );
  expect(cuts).toBeGreaterThan(40);
});

test('prune cuts every tensor to what the new table owns, for every group of random networks', () => {
  fc.assert(
    fc.property(architectures, fc.constantFrom('follow' as const, 'stay' as const), (arch, squeeze) => {
      const tensors = randomTensors(arch, 1);
      for (const group of groupsOf(arch, { head: true }))
        for (const { to } of legalWidths(arch, group, { divisor: 8, squeeze, head: true })) {
          const pruned = prune({ arch, tensors }, { groupId: group.id, to, squeeze });
          expect(checkTensors(pruned.arch, pruned.tensors)).toEqual([]);
        }
    }),
    { numRuns: 40 }
  );
});

test('every proposal is a valid table with the same residuals and less latency, on random networks', async () => {
  let proposals = 0;
  await fc.assert(
    fc.asyncProperty(architectures, async (arch) => {
      const now = maddsOf(arch);
      for (const candidate of await propose(arch, now * 0.97, maddsOf, { ...defaultWidthRules, head: true })) {
        expect(checkArchitecture(candidate.arch)).toEqual([]);
        expect(sameWiring(lower(arch), lower(candidate.arch))).toBe(true);
        expect(candidate.to % 8).toBe(0);
        expect(candidate.latencyMs).toBe(maddsOf(candidate.arch));
        expect(candidate.latencyMs).toBeLessThanOrEqual(now * 0.97);
        proposals++;
      }
    })
  );
  expect(proposals).toBeGreaterThan(50);
});

test('propose takes the largest legal width that saves enough', async () => {
  const now = maddsOf(mobileNetV3Small);
  for (const { group, to } of await propose(mobileNetV3Small, now * 0.98, maddsOf, defaultWidthRules)) {
    const wider = [...legalWidths(mobileNetV3Small, group, defaultWidthRules)].filter((width) => width.to > to);
    for (const width of wider) expect(maddsOf(width.arch)).toBeGreaterThan(now * 0.98);
  }
});

test('propose passes over widths whose latency is unknown', async () => {
  const holes = (arch: Architecture): number | null => {
    const row = arch.rows[1];
    return row?.kind === 'bneck' && row.expSize % 16 === 0 ? maddsOf(arch) : null;
  };
  const [first] = (await propose(mobileNetV3Small, Infinity, holes, defaultWidthRules)).filter(
    (c) => c.group.id === 'row02.expand'
  );
  expect(first?.to).toBe(64);
});

describe('rows of the articles', () => {
  const article = (id: string): Architecture => presetById(id)?.arch ?? expect.fail(id);

  test('tie a shortcut convolution to the projection it is added to', () => {
    const arch = article('article-002-large');
    const ops = lower(arch);
    const shortcut = ops.find((op) => op.id.endsWith('.shortcut')) ?? expect.fail();
    const ties = tiesOf(ops);
    const project = shortcut.id.replace('.shortcut', '.project');
    expect(tieIndexOf(ties, shortcut.id)).toBe(tieIndexOf(ties, project));
    const group = groupsOf(arch).find(({ id }) => id === project) ?? expect.fail();
    expect(group.rows).toContain(shortcut.column);
    expect(shortcut.out[2]).toBe(group.width);
  });

  test('gate the projected width where squeeze-and-excite stands after it, and never cut its layers alone', () => {
    const arch = article('article-002-small');
    const ids = groupsOf(arch, { head: true }).map((group) => group.id);
    expect(ids.filter((id) => /squeeze|excite/.test(id))).toEqual([]);
    const [narrower] = [
      ...legalWidths(arch, groupsOf(arch).find(({ id }) => id === 'row04.project') ?? expect.fail(), defaultWidthRules)
    ];
    const row = narrower?.arch.rows[3];
    expect(row?.kind === 'bneck' && [row.out, row.se?.channels]).toEqual([32, 8]);
    const wide = legalWidths(
      arch,
      groupsOf(arch).find(({ id }) => id === 'row04.expand') ?? expect.fail(),
      defaultWidthRules
    );
    const before = arch.rows[3];
    for (const { arch: next } of wide) {
      const after = next.rows[3];
      expect(after?.kind === 'bneck' && after.se).toEqual(before?.kind === 'bneck' && before.se);
    }
  });

  test.each(['article-002-small', 'article-004-small'])('of %s are cut to a table that owns every tensor', (id) => {
    const arch = fitTo(article(id), [28, 28, 1], 10).arch;
    const tensors = randomTensors(arch, 1);
    for (const group of groupsOf(arch)) {
      const [widest] = legalWidths(arch, group, defaultWidthRules);
      if (!widest) continue;
      const pruned = prune({ arch, tensors }, { groupId: group.id, to: widest.to, squeeze: 'follow' });
      expect(checkTensors(pruned.arch, pruned.tensors)).toEqual([]);
    }
  });

  test.each(['lraspp', 'ssdlite', 'features'] as const)(
    'under the head %s have nothing to cut, and the run says so',
    async (head) => {
      const arch = withHead(mobileNetV3Small, head);
      expect(groupsOf(arch)).toEqual([]);
      expect(gridOps(arch)).toEqual(lower(arch));
      const never = () => expect.fail('nothing may be scored');
      const events = [];
      for await (const event of adapt({
        arch,
        tensors: {},
        budgetMs: 1,
        latencyOf: never,
        evaluator: { score: never, fineTune: never },
        delta: 0.01,
        rule: 'v3',
        seed: 1,
        workers: 1
      }))
        events.push(event);
      expect(events).toEqual([{ kind: 'failed', step: 0, reason: unservedIssue(arch)?.message }]);
    }
  );
});

test.each(
  presets
    .filter(({ id, arch }) => !id.endsWith('-repaired') && !unservedIssue(arch))
    .map(({ id, arch }) => [id, arch] as const)
)('the floor of %s is legal and as narrow as its wiring allows', (_, arch) => {
  const floor = floorArchitecture(arch);
  expect(checkArchitecture(floor)).toEqual([]);
  expect(sameWiring(lower(arch), lower(floor))).toBe(true);
  expect(Math.max(...groupsOf(floor).map((group) => group.width))).toBeLessThanOrEqual(16);
  for (const group of groupsOf(floor))
    expect([...legalWidths(floor, group, defaultWidthRules)].map((w) => w.to)).toEqual([]);
});
